import { Command, Option } from 'commander';
import { writeFile } from 'node:fs/promises';
import { example, type Context } from '../command.ts';
import { findRun } from '../connect/resolve-run.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { mermaidOf } from '../graph/mermaid.ts';
import { graphOf } from '../graph/story-graph.ts';
import { svgOf } from '../graph/svg.ts';
import { printLines } from '../terminal/io.ts';

interface Options {
  readonly format: 'mermaid' | 'svg';
  readonly out?: string;
}

export const runbookGraphCommand = ({ io, api }: Context): Command =>
  new Command('graph')
    .description('draw the way that a run took through its runbook')
    .argument('[run]', 'its id, or a part that no other run has; the newest when left out')
    .addOption(
      new Option('--format <format>', 'in which language').choices(['mermaid', 'svg']).default('mermaid'),
    )
    .option('--out <file>', 'write it there instead of printing it')
    .addHelpText(
      'after',
      example('nightshift runbook graph', 'nightshift runbook graph bad-rollout/ --format svg --out run.svg'),
    )
    .action(async (named: string | undefined, { format, out }: Options) => {
      const { run, state, note } = await findRun(await api(), named);
      if (!state) {
        throw new CliFailure(
          EXIT.unreachable,
          `${run.workflowId} does not tell its story: ${note ?? 'no answer'}`,
          {
            next: 'a run tells it while a worker hosts its version and Temporal keeps its history',
          },
        );
      }
      const rows = graphOf(state.journal);
      const drawn = format === 'svg' ? svgOf(rows, `${run.title}: ${run.workflowId}`) : mermaidOf(rows);
      if (out === undefined) return printLines(io, [drawn.trimEnd()]);
      await writeFile(out, drawn).catch((cause: unknown) => {
        throw new CliFailure(EXIT.usage, `${out} cannot be written: ${(cause as Error).message}`, { cause });
      });
      printLines(io, [`Drawn: ${out}`]);
    });
