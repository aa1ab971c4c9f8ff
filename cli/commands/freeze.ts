import { Command, Option } from 'commander';
import { milliseconds, type Duration } from '../../activities/kit/index.ts';
import type { FreezeView } from '../../gateway/api/freezes.ts';
import type { Freeze, Ledger } from '../../ledger/api.ts';
import { example, type Context } from '../command.ts';
import { databaseUrlOption, withLedger, type LedgerOption } from '../connect/ledger.ts';
import { viaGatewayOrLedger } from '../connect/gateway-or-ledger.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { renderTable } from '../render/table.ts';
import { clock, moment } from '../render/time.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

interface FreezeOptions extends OutputOption, LedgerOption {
  readonly runbook?: string;
  readonly cluster?: string;
  readonly everything?: true;
  readonly for?: string;
  readonly reason: string;
}

export const freezeCommand = ({ io, api }: Context): Command =>
  databaseUrlOption(withOutput(new Command('freeze')))
    .description(
      'let no change begin any more: of a runbook, of a cluster, of everything; works without a gateway',
    )
    .addOption(new Option('--runbook <id>', 'of this runbook').conflicts(['cluster', 'everything']))
    .addOption(new Option('--cluster <name>', 'of this cluster').conflicts(['runbook', 'everything']))
    .addOption(new Option('--everything', 'of the whole deployment').conflicts(['runbook', 'cluster']))
    .option('--for <duration>', 'how long, like "2 hours"; until it is lifted when left out')
    .requiredOption('--reason <text>', 'why, for the record and for whom it stops')
    .addHelpText(
      'after',
      example('nightshift freeze --everything --for "2 hours" --reason "datacentre move"'),
    )
    .action(async (options: FreezeOptions) => {
      const wanted = { scope: scopeOf(options), reason: options.reason, ...untilOf(options.for) };
      const freeze = await viaGatewayOrLedger<FreezeView | Freeze>(
        { api },
        (client) => client.freeze(wanted),
        () =>
          withLedger(io, options, async (ledger, by) => {
            const doubt = await doubtAbout(wanted.scope, ledger);
            if (doubt !== undefined) io.stderr.write(`${doubt}\n`);
            return ledger.freeze({ ...wanted, by });
          }),
        options.databaseUrl !== undefined,
      );
      print(io, options, freeze, () => [
        `Frozen: ${scopeText(freeze)}. Lift it with: nightshift lift ${freeze.id}`,
      ]);
    });

export const freezesCommand = ({ io, api }: Context): Command =>
  databaseUrlOption(withOutput(new Command('freezes')))
    .description('list the freezes in force')
    .addHelpText('after', example('nightshift freezes'))
    .action(async (options: OutputOption & LedgerOption) => {
      const freezes = await viaGatewayOrLedger<readonly (FreezeView | Freeze)[]>(
        { api },
        async (client) => (await client.freezes()).freezes,
        () => withLedger(io, options, (ledger) => ledger.freezes()),
        options.databaseUrl !== undefined,
      );
      print(io, options, { freezes }, () => {
        const screen = io.screen();
        if (freezes.length === 0) return ['Nothing is frozen.'];
        return renderTable(
          freezes,
          [
            { head: 'FREEZE', of: (f) => f.id },
            { head: 'OF', of: scopeText },
            { head: 'BY', of: (f) => f.by },
            { head: 'SINCE', of: (f) => clock(f.since, screen) },
            { head: 'UNTIL', of: (f) => (f.until ? moment(f.until, screen) : 'lifted') },
            { head: 'REASON', of: (f) => f.reason, cuts: true },
          ],
          screen,
        );
      });
    });

export const liftCommand = ({ io, api }: Context): Command =>
  databaseUrlOption(withOutput(new Command('lift')))
    .description('lift a freeze; works without a gateway')
    .argument('<freeze>', 'its id; "nightshift freezes" lists them')
    .addHelpText('after', example('nightshift lift freeze-7f3a'))
    .action(async (id: string, options: OutputOption & LedgerOption) => {
      await viaGatewayOrLedger<unknown>(
        { api },
        (client) => client.liftFreeze(id),
        () => withLedger(io, options, (ledger, by) => ledger.lift(id, by)),
        options.databaseUrl !== undefined,
      );
      print(io, options, { id, lifted: true }, () => [`Lifted ${id}.`]);
    });

function scopeOf({ runbook, cluster, everything }: FreezeOptions): Freeze['scope'] {
  if (runbook !== undefined) return { kind: 'runbook', name: runbook };
  if (cluster !== undefined) return { kind: 'cluster', name: cluster };
  if (everything) return { kind: 'everything' };
  throw new CliFailure(EXIT.usage, 'freeze what?', {
    next: 'pass --runbook ID, --cluster NAME or --everything',
  });
}

/** The gateway refuses a name that nothing has; the ledger alone does not know all of them, and must not refuse in need. */
async function doubtAbout(scope: Freeze['scope'], ledger: Ledger): Promise<string | undefined> {
  if (scope.kind === 'everything') return undefined;
  if (scope.kind === 'cluster')
    return `Nobody could check that a cluster is called "${scope.name}": it must be as in nightshift.config.ts, or nothing is frozen.`;
  const runs = await ledger.runs({ runbook: scope.name, limit: 1 });
  return runs.length > 0
    ? undefined
    : `This ledger knows no run of a runbook "${scope.name}": if the name is not right, nothing is frozen.`;
}

const scopeText = ({ scope }: { readonly scope: Freeze['scope'] }): string =>
  scope.kind === 'everything' ? 'everything' : `${scope.kind} ${scope.name}`;

function untilOf(duration: string | undefined): { until?: string } {
  if (duration === undefined) return {};
  try {
    return { until: new Date(Date.now() + milliseconds(duration as Duration)).toISOString() };
  } catch (cause) {
    throw new CliFailure(EXIT.usage, `--for: ${(cause as Error).message}`, { cause });
  }
}
