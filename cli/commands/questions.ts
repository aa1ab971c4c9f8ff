import { Command } from 'commander';
import { example, type Context } from '../command.ts';
import { findRun } from '../connect/resolve-run.ts';
import { shortHash } from '../render/plan.ts';
import { cleanLine } from '../render/clean.ts';
import { renderOpenQuestion } from '../render/run-detail.ts';
import { renderTable } from '../render/table.ts';
import { clock, elapsed, until } from '../render/time.ts';
import type { QuestionView } from '../../gateway/api/questions.ts';
import { deadlineOf } from '../../workflows/more-time.ts';
import type { Screen } from '../render/screen.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

interface Options extends OutputOption {
  readonly all?: true;
  readonly question?: string;
}

export const questionsCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('questions'))
    .description('show what runs ask people; the only open question is shown in full')
    .argument('[run]', 'only questions of this run')
    .option('--question <id>', 'only this one')
    .option('--all', 'answered and expired ones, too')
    .addHelpText('after', example('nightshift questions', 'nightshift questions --all -o json'))
    .action(async (named: string | undefined, { all, question, ...output }: Options) => {
      const client = await api();
      const run = named === undefined ? undefined : (await findRun(client, named)).run.workflowId;
      const answer = await client.questions({
        limit: 500,
        ...(all ? {} : { status: 'open' as const }),
        ...(run ? { workflowId: run } : {}),
      });
      const questions = answer.questions.filter((q) => question === undefined || q.question.id === question);
      print(io, output, { questions }, () => render(questions, io.screen()));
    });

function render(questions: readonly QuestionView[], screen: Screen): string[] {
  const [only, second] = questions;
  if (!only) return ['No question is open.'];
  if (!second) {
    const closed = only.closedAs ? ['', `Closed as "${only.closedAs}".`] : [];
    return [...renderOpenQuestion(only, screen), ...closed];
  }
  return [
    ...renderTable(
      questions,
      [
        { head: 'RUN', of: (q) => q.workflowId },
        { head: 'QUESTION', of: (q) => q.question.id },
        { head: 'PLAN', of: (q) => (q.question.plan ? shortHash(q.question.plan.hash) : '') },
        { head: 'STATUS', of: (q) => statusOf(q, screen) },
        { head: 'TITLE', of: (q) => q.question.title, cuts: true },
      ],
      screen,
    ),
    '',
    'nightshift questions RUN --question ID  shows one in full.',
  ];
}

function statusOf({ status, closedAs, question }: QuestionView, screen: Screen): string {
  if (status === 'closed') return closedAs ?? 'closed';
  const missing = question.standing ? `, missing ${cleanLine(question.standing.missing)}` : '';
  const deadline = deadlineOf(question);
  if (!deadline) return `open${missing}`;
  return `open, ${elapsed(until(deadline, screen.now))} left, until ${clock(deadline, screen)}${missing}`;
}
