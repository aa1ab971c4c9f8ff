import type { Question } from '../../workflows/messages.ts';
import { cleanLine } from './clean.ts';
import { field, section } from './headed.ts';
import { ends, wrap } from './layout.ts';
import { renderMarkdown } from './markdown.ts';
import { renderPlan } from './plan.ts';
import { paintRisk, type Screen } from './screen.ts';
import { clock, elapsed, moment, until } from './time.ts';

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
    ...field('who', who(q, screen), screen),
    ...section('WHY', q.body.trim() === '' ? [] : renderMarkdown(q.body, screen), screen),
    ...(q.plan ? renderPlan(q.plan, screen) : []),
    ...(q.kind === 'approve' ? [] : section('YOU CAN SAY', meanings(q, screen), screen)),
  ];
}

function deadline(q: Question, screen: Screen): string {
  if (!q.deadline) return 'none: it waits until somebody answers';
  const left = until(q.deadline, screen.now);
  if (left <= 0) return screen.paint.red(`passed at ${clock(q.deadline, screen)}`);
  const text = `${clock(q.deadline, screen)}, ${elapsed(left)} left`;
  return left < 120_000 ? screen.paint.red(text) : screen.paint.yellow(text);
}

function who(q: Question, screen: Screen): string {
  const names = q.from.map(cleanLine).join(' or ');
  const many = q.quorum > 1 ? `${names}: ${q.quorum} different people` : `${names}: one person`;
  if (!q.escalatesAt || q.escalateTo.length === 0) return many;
  const also = q.escalateTo.map(cleanLine).join(', ');
  const already = until(q.escalatesAt, screen.now) <= 0;
  return already
    ? `${many}; escalated to ${also}`
    : `${many}; ${also} as well from ${clock(q.escalatesAt, screen)}`;
}

const meanings = (q: Question, { width, paint }: Screen): string[] =>
  q.options.flatMap((option) =>
    wrap(`${paint.bold(cleanLine(option.answer))}: ${cleanLine(option.meaning)}`, {
      width,
      first: '  ',
      rest: '    ',
    }),
  );
