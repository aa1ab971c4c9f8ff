import { Command } from 'commander';
import type { Context } from '../command.ts';
import { runbookBacktestCommand } from './runbook-backtest.ts';
import { runbookCheckCommand } from './runbook-check.ts';
import { runbookGraphCommand } from './runbook-graph.ts';
import { runbookNewCommand } from './runbook-new.ts';

/** What an author does with the runbooks of this folder; `runbooks` shows those that a gateway has. */
export const runbookCommand = (context: Context): Command =>
  new Command('runbook')
    .description(
      'write runbooks: begin one, check them, try their triggers on what was, see the way that a run took',
    )
    .addCommand(runbookNewCommand(context))
    .addCommand(runbookCheckCommand(context))
    .addCommand(runbookBacktestCommand(context))
    .addCommand(runbookGraphCommand(context));
