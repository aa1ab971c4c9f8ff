import { Command } from 'commander';
import { answerHere } from '../answer/answer-here.ts';
import { noTerminal } from '../answer/confirm.ts';
import { example, type Context } from '../command.ts';
import { findRun } from '../connect/resolve-run.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { printableJson } from '../render/clean.ts';
import { field } from '../render/headed.ts';
import { renderEnd } from '../render/run.ts';
import { printLines } from '../terminal/io.ts';
import { withOutput, type OutputOption } from '../terminal/output-format.ts';
import { watchRun } from '../watch/watch-run.ts';
import type { RunDetail } from '../../gateway/api/runs.ts';

interface Options extends OutputOption {
  readonly answer?: true;
}

export const watchCommand = (context: Context): Command =>
  withOutput(new Command('watch'))
    .description('follow a run until it ends; with -o json one line for each change')
    .argument('[run]', 'its id or a part of it; the newest when left out')
    .option('--answer', 'answer its questions right here')
    .addHelpText('after', example('nightshift watch', 'nightshift watch pods-crash --answer'))
    .action(async (named: string | undefined, { answer, output }: Options) => {
      if (answer && !context.io.interactive) {
        throw noTerminal('--answer', 'leave it away and use "nightshift approve --yes --plan-hash PREFIX"');
      }
      const { run } = await findRun(await context.api(), named);
      await follow(context, { workflowId: run.workflowId, answer: answer ?? false, output });
    });

/** Watches to the end; throws with exit code 6 when the run did not end as `completed`. */
export async function follow(
  { io, api }: Context,
  { workflowId, answer, output }: { workflowId: string; answer: boolean } & OutputOption,
): Promise<void> {
  const client = await api();
  try {
    const ended =
      output === 'json'
        ? await asJsonLines({ io, api }, workflowId)
        : await asText({ io, api }, workflowId, answer);
    assertCompleted(ended);
  } catch (error) {
    if (!io.interrupted.aborted) throw error;
    throw new CliFailure(EXIT.interrupted, 'watching stopped; the run goes on without it', {
      next: `nightshift watch ${workflowId}`,
    });
  }

  async function asText(context: Context, id: string, answering: boolean): Promise<RunDetail> {
    printLines(context.io, [...field('run', id, context.io.screen())]);
    const ended = await watchRun({
      api: client,
      io: context.io,
      workflowId: id,
      onQuestion: answering
        ? (view, closed) => answerHere({ api: client, io: context.io }, view, closed)
        : undefined,
    });
    printLines(context.io, renderEnd(ended, context.io.screen()));
    return ended;
  }

  async function asJsonLines(context: Context, id: string): Promise<RunDetail> {
    let last: RunDetail | undefined;
    for await (const event of client.watch(id, context.io.interrupted)) {
      printLines(context.io, [printableJson(event)]);
      if (event.kind !== 'reconnecting') last = event.detail;
    }
    if (!last) throw new Error(`the gateway told nothing about ${id}`);
    return last;
  }
}

export function assertCompleted({ run, state }: RunDetail): void {
  const outcome = run.outcome ?? state?.outcome;
  if (outcome === 'completed') return;
  throw new CliFailure(EXIT.runEndedOtherwise, `the run ended as "${outcome ?? 'unknown'}"`, {
    next: `nightshift show ${run.workflowId}`,
  });
}
