import { Command } from 'commander';
import { milliseconds, type Duration } from '../../activities/kit/index.ts';
import type { ApiClient } from '../../gateway/api-client.ts';
import type { QuestionView } from '../../gateway/api/questions.ts';
import { MORE_TIME_ANSWER } from '../../workflows/more-time.ts';
import { onlyOne, openQuestions, type Meant } from '../answer/choose-question.ts';
import { confirmApproval, noTerminal, pickQuestion } from '../answer/confirm.ts';
import { acknowledgement, giveAnswer, optionOf } from '../answer/give-answer.ts';
import { positionsOf } from '../answer/positions.ts';
import { shownHashes } from '../answer/shown-hashes.ts';
import { example, type Context } from '../command.ts';
import { findRun } from '../connect/resolve-run.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { renderOpenQuestion } from '../render/run-detail.ts';
import type { Io } from '../terminal/io.ts';
import { printLines } from '../terminal/io.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

interface Options extends OutputOption {
  readonly question?: string;
  readonly planHash?: string;
  readonly reason?: string;
  readonly yes?: true;
  readonly only?: string;
  readonly for?: string;
}

const naming = (name: string): Command =>
  withOutput(new Command(name))
    .option('--question <id>', 'which of its questions')
    .option('--plan-hash <prefix>', 'the hash of the plan that you saw, or its beginning');

export const approveCommand = (context: Context): Command =>
  naming('approve')
    .description(
      'approve a plan: shows it, asks you to type a confirmation, and binds the answer to what was shown',
    )
    .argument('[run]', 'the run that asks; may be left out when one question is open')
    .option('--reason <text>', 'goes into the record')
    .option('--only <numbers>', 'only these changes of the plan, like 1,3; where it may be approved in part')
    .option('-y, --yes', 'do not ask; with several open questions name one')
    .addHelpText(
      'after',
      example(
        'nightshift approve',
        'nightshift approve --plan-hash 75681462493d --yes --reason "seen in chat"',
      ),
    )
    .action(async (run: string | undefined, options: Options) => {
      const { io } = context;
      const client = await context.api();
      if (!options.yes && !io.interactive) {
        throw noTerminal(
          'approve asks for a typed confirmation, which',
          'pass --yes with --plan-hash PREFIX of the plan that you saw',
        );
      }
      const question = await choose(client, io, { ...options, run, answer: 'approve' });
      optionOf(question, 'approve');
      shownHashes(question);
      const positions = options.only === undefined ? undefined : positionsOf(question, options.only);
      show(io, { question, options });
      if (!options.yes && !(await confirmApproval(question, { io, positions }))) {
        throw new CliFailure(EXIT.refused, 'not confirmed; nothing was answered', {
          next: 'nightshift reject says no, nightshift approve asks again',
        });
      }
      await answer(client, io, { question, answer: 'approve', options, positions });
    });

export const rejectCommand = ({ io, api }: Context): Command =>
  naming('reject')
    .description('say no to a plan: nothing of it is carried out')
    .argument('[run]', 'the run that asks; may be left out when one question is open')
    .requiredOption('--reason <text>', 'why, for the run and the record')
    .addHelpText('after', example('nightshift reject --reason "worker-3 is being replaced anyway"'))
    .action(async (run: string | undefined, options: Options) => {
      const client = await api();
      const question = await choose(client, io, { ...options, run, answer: 'reject' });
      await answer(client, io, { question, answer: 'reject', options });
    });

export const moreTimeCommand = ({ io, api }: Context): Command =>
  naming('more-time')
    .description('move the deadline of a question; answers nothing, and you may still answer it')
    .argument('[run]', 'the run that asks; may be left out when one question is open')
    .option('--for <duration>', 'how much more, an hour at most', '15 minutes')
    .option('--reason <text>', 'goes into the record')
    .addHelpText('after', example('nightshift more-time --for "20 minutes" --reason "looking at the graphs"'))
    .action(async (run: string | undefined, options: Options) => {
      const minutes = minutesOf(options.for ?? '');
      const client = await api();
      const question = await choose(client, io, { ...options, run, answer: MORE_TIME_ANSWER });
      await answer(client, io, { question, answer: MORE_TIME_ANSWER, options, minutes });
    });

/** Whole minutes, rounded up. */
function minutesOf(text: string): number {
  try {
    return Math.ceil(milliseconds(text as Duration) / 60_000);
  } catch (cause) {
    throw new CliFailure(EXIT.usage, `--for: ${(cause as Error).message}`, { cause });
  }
}

export const answerCommand = ({ io, api }: Context): Command =>
  naming('answer')
    .description('answer any question with one of the words that it offers')
    .argument('<run>', 'the run that asks')
    .argument('<answer>', 'retry, skip, done-by-hand, abort, ...: the question lists them')
    .option('--reason <text>', 'goes into the record')
    .addHelpText('after', example('nightshift answer pods-crash retry --question hold-1'))
    .action(async (run: string, word: string, options: Options) => {
      const client = await api();
      const question = await choose(client, io, { ...options, run });
      if (word === 'approve' && question.question.plan) {
        throw new CliFailure(
          EXIT.usage,
          'a plan is approved with "nightshift approve", which shows it first',
        );
      }
      await answer(client, io, { question, answer: word, options });
    });

async function choose(
  client: ApiClient,
  io: Io,
  named: Meant & { readonly answer?: string },
): Promise<QuestionView> {
  const run = named.run === undefined ? undefined : (await findRun(client, named.run)).run.workflowId;
  const questions = await openQuestions(client, { ...named, run });
  return questions.length > 1 && io.interactive ? pickQuestion(questions, { io }) : onlyOne(questions);
}

/** With `-o json` the plan goes to standard error, so that standard output stays one JSON value. */
function show(io: Io, { question, options }: { question: QuestionView; options: Options }): void {
  const lines = [...renderOpenQuestion(question, io.screen()), ''];
  printLines({ stdout: options.output === 'json' ? io.stderr : io.stdout }, lines);
}

async function answer(
  client: ApiClient,
  io: Io,
  given: {
    question: QuestionView;
    answer: string;
    options: Options;
    positions?: readonly number[] | undefined;
    minutes?: number;
  },
): Promise<void> {
  const { question, options, positions, minutes } = given;
  const answered = await giveAnswer(client, question, {
    answer: given.answer,
    reason: options.reason ?? '',
    ...(positions && { positions }),
    ...(minutes && { minutes }),
  });
  const data = {
    workflowId: question.workflowId,
    questionId: question.question.id,
    answer: given.answer,
    ...answered,
  };
  print(io, options, data, () => [acknowledgement(question, given.answer, answered)]);
}
