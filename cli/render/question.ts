import type { Question } from '../../workflows/messages.ts';
import { deadlineOf } from '../../workflows/more-time.ts';
import { cleanLine } from './clean.ts';
import { field, section } from './headed.ts';
import { ends, wrap } from './layout.ts';
import { renderMarkdown } from './markdown.ts';
import { renderPlan } from './plan.ts';
import { paintRisk, type Screen } from './screen.ts';
import { clock, elapsed, moment, until } from './time.ts';
import { whoIsAsked } from './who-is-asked.ts';

export interface AskedQuestion {
  readonly workflowId: string;
  readonly question: Question;
}

const ASKED = { approve: 'APPROVE?', hold: 'THE RUN HOLDS:', undo: 'UNDO?', reminder: 'REMINDER:' } as const;

/**
 * What a person who was woken decides on, in the order in which one asks: what is it, how long have I, why, what
 * exactly, what if I do nothing, how do I answer.
 */
export function renderQuestion(asked: AskedQuestion, screen: Screen): string[] {
  const { question: q } = asked;
  const { paint, width } = screen;
  const risk = q.plan ? paintRisk(q.plan.risk, screen) : '';
  return [
    ...ends(paint.bold(`${paint.cyan(ASKED[q.kind])} ${cleanLine(q.title)}`), risk, width),
    '',
    ...field('run', cleanLine(asked.workflowId), screen),
    ...field('question', `${cleanLine(q.id)}, asked ${moment(q.openedAt, screen)}`, screen),
    ...(q.plan ? field('cluster', paint.bold(cleanLine(q.plan.cluster)), screen) : []),
    ...field('deadline', deadline(q, screen), screen),
    ...field('silence', cleanLine(q.silence), screen),
    ...field('who', whoIsAsked(q, screen), screen),
    ...(q.standing ? field('missing', paint.yellow(cleanLine(q.standing.missing)), screen) : []),
    ...section('WHY', q.body.trim() === '' ? [] : renderMarkdown(q.body, screen), screen),
    ...(q.plan ? renderPlan(q.plan, screen) : []),
    ...(q.kind === 'approve' ? [] : section('YOU CAN SAY', meanings(q, screen), screen)),
  ];
}

function deadline(q: Question, screen: Screen): string {
  const at = deadlineOf(q);
  if (!at) return 'none: it waits until somebody answers';
  const { paint, now } = screen;
  const left = until(at, now);
  if (left <= 0) return paint.red(`passed at ${clock(at, screen)}`);
  const given = q.extensions.map((e) => `${e.minutes} minutes more by ${cleanLine(e.person)}`);
  const text = [`${clock(at, screen)}, ${elapsed(left)} left`, ...given].join('; ');
  return left < 120_000 ? paint.red(text) : paint.yellow(text);
}

const meanings = (q: Question, { width, paint }: Screen): string[] =>
  q.options.flatMap((option) =>
    wrap(`${paint.bold(cleanLine(option.answer))}: ${cleanLine(option.meaning)}`, {
      width,
      first: '  ',
      rest: '    ',
    }),
  );
