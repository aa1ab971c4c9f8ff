import { Command } from 'commander';
import { example, type Context } from '../command.ts';
import { findRun } from '../connect/resolve-run.ts';
import { renderRunDetail } from '../render/run-detail.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

export const showCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('show'))
    .description('show a run: what it does or waits for, its story, its open questions')
    .argument('[run]', 'its id or a part of it; the newest when left out')
    .addHelpText('after', example('nightshift show', 'nightshift show pods-crash-on-one-node -o json'))
    .action(async (named: string | undefined, output: OutputOption) => {
      const client = await api();
      const detail = await findRun(client, named);
      print(io, output, detail, () => renderRunDetail(detail, io.screen()));
    });
