import { Command, Option } from 'commander';
import { writeFile } from 'node:fs/promises';
import { example, type Context } from '../command.ts';
import { findRun } from '../connect/resolve-run.ts';
import { journalOf } from '../connect/run-journal.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { drawRun, GRAPH_FORMATS, type GraphFormat } from '../graph/draw.ts';
import { printLines } from '../terminal/io.ts';

interface Options {
  readonly format: GraphFormat;
  readonly out?: string;
}

export const runbookGraphCommand = ({ io, api }: Context): Command =>
  new Command('graph')
    .description('draw the way that a run took through its runbook')
    .argument('[run]', 'its id, or a part that no other run has; the newest when left out')
    .addOption(new Option('--format <format>', 'in which language').choices(GRAPH_FORMATS).default('mermaid'))
    .option('--out <file>', 'write it there instead of printing it')
    .addHelpText(
      'after',
      example('nightshift runbook graph', 'nightshift runbook graph bad-rollout/ --format svg --out run.svg'),
    )
    .action(async (named: string | undefined, { format, out }: Options) => {
      const client = await api();
      const detail = await findRun(client, named);
      const { title, workflowId } = detail.run;
      const { journal, missing } = await journalOf(client, detail);
      if (missing > 0)
        io.stderr.write(
          `The first ${missing} lines of its story are not drawn: the run tells its last ones only. Its record has them all once it has ended.\n`,
        );
      const drawn = drawRun(journal, { format, title: `${title}: ${workflowId}` });
      if (out === undefined) return printLines(io, [drawn.trimEnd()]);
      await writeFile(out, drawn).catch((cause: unknown) => {
        throw new CliFailure(EXIT.usage, `${out} cannot be written: ${(cause as Error).message}`, { cause });
      });
      printLines(io, [`Drawn: ${out}`]);
    });
