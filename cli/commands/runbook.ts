import { Command } from 'commander';
import type { Context } from '../command.ts';
import { runbookBacktestCommand } from './runbook-backtest.ts';

/** What an author does with the runbooks of this folder; `runbooks` shows those that a gateway has. */
export const runbookCommand = (context: Context): Command =>
  new Command('runbook')
    .description('write runbooks: try them on what was, before they are deployed')
    .addCommand(runbookBacktestCommand(context));
