import { Command } from 'commander';
import { example, type Context } from '../command.ts';
import { findRun } from '../connect/resolve-run.ts';
import { viaGatewayOrLedger } from '../connect/gateway-or-ledger.ts';
import { databaseUrlOption, withLedger, type LedgerOption } from '../connect/ledger.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

interface Options extends OutputOption {
  readonly reason: string;
}

export const cancelCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('cancel'))
    .description('end a run at its next safe point; it offers the undo of what it carried out')
    .argument('<run>', 'its id or a part of it')
    .requiredOption('--reason <text>', 'why, for the record')
    .addHelpText('after', example('nightshift cancel pods-crash --reason "false alarm"'))
    .action(async (named: string, { reason, ...output }: Options) => {
      const client = await api();
      const { run } = await findRun(client, named);
      const { workflowId } = run;
      const answer = await client.cancelRun(workflowId, reason);
      print(io, output, { workflowId, ...answer }, () => [
        `Cancelling ${workflowId}: it ends at its next safe point.`,
      ]);
    });

export const stopCommand = ({ io, api }: Context): Command =>
  databaseUrlOption(withOutput(new Command('stop')))
    .description('the stop button: no change of this run begins any more; works without a gateway')
    .argument('<run>', 'its id, or with a gateway a part of it')
    .requiredOption('--reason <text>', 'why, for the record')
    .addHelpText('after', example('nightshift stop pods-crash --reason "wrong cluster"'))
    .action(async (named: string, { reason, ...options }: Options & LedgerOption) => {
      const stopped = await viaGatewayOrLedger(
        { api },
        async (client) => {
          const { run } = await findRun(client, named);
          await client.stopRun(run.workflowId, reason);
          return { workflowId: run.workflowId, through: 'gateway' };
        },
        () =>
          withLedger(io, options, async (ledger, by) => {
            await ledger.stopRun(named, { reason, by });
            return { workflowId: named, through: 'ledger' };
          }),
        options.databaseUrl !== undefined,
      );
      print(io, options, { ...stopped, stopped: true }, () => [
        `Stopped ${stopped.workflowId} (through the ${stopped.through}): none of its changes begins any more.`,
      ]);
    });
