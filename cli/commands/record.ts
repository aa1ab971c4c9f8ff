import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { example, type Context } from '../command.ts';
import { findRun } from '../connect/resolve-run.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { printableJson } from '../render/clean.ts';
import { parseBundle, renderRecord } from '../render/record.ts';
import { printLines } from '../terminal/io.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';
import { parseJson, readSource } from '../terminal/run-input.ts';
import { verifyCommand } from './record-verify.ts';

export const recordCommand = (context: Context): Command =>
  new Command('record')
    .description('the sealed story of a run, and whether it still says what it said')
    .addCommand(show(context))
    .addCommand(exportTo(context))
    .addCommand(verifyCommand(context));

const show = (context: Context): Command =>
  withOutput(new Command('show'))
    .description('print the entries of a run’s record')
    .argument('<run>', 'a run, or with --file an exported record')
    .option('--file', 'the argument is a file; no gateway is asked')
    .addHelpText(
      'after',
      example('nightshift record show pods-crash', 'nightshift record show --file record.json'),
    )
    .action(async (named: string, { file, ...output }: OutputOption & { file?: true }) => {
      const { io } = context;
      const source = file ? parseJson(await readSource(named, io), named) : await exported(context, named);
      const bundle = parseBundle(source);
      print(io, output, bundle, () => renderRecord(bundle, io.screen()));
    });

const exportTo = (context: Context): Command =>
  new Command('export')
    .description('write a run’s record, or the whole log, with its proofs, as "record verify" takes it')
    .argument('[run]', 'its id or a part of it')
    .option('--log', 'the log of the whole deployment: shows a run, or an end of a run, that is missing')
    .option('--to <file>', 'standard output when left out')
    .addHelpText(
      'after',
      example(
        'nightshift record export pods-crash --to record.json',
        'nightshift record export --log --to log.json',
      ),
    )
    .action(async (named: string | undefined, { to, log }: { to?: string; log?: true }) => {
      if ((named === undefined) === (log === undefined))
        throw new CliFailure(EXIT.usage, 'name a run, or pass --log for all of them');
      const bundle = named === undefined ? await (await context.api()).log() : await exported(context, named);
      const text = printableJson(bundle, 2);
      if (to === undefined) return printLines(context.io, [text]);
      await writeFile(to, `${text}\n`, { mode: 0o644 });
      printLines(context.io, [
        `Wrote ${to}. Check it anywhere: nightshift record verify ${to} --key PUBLIC.pem --witness CHECKPOINTS`,
      ]);
    });

async function exported({ api }: Context, named: string): Promise<unknown> {
  const client = await api();
  const { run } = await findRun(client, named);
  return client.record(run.workflowId);
}
