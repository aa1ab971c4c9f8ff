import { Command, InvalidArgumentError } from 'commander';
import { example, type Context } from '../command.ts';
import { databaseUrlOption, withLedger, type LedgerOption } from '../connect/ledger.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { count } from '../render/plan.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';
import { typedConfirmation } from '../terminal/typed-confirmation.ts';

interface MovedOptions extends OutputOption, LedgerOption {
  readonly reason: string;
  readonly yes?: true;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** More open runs than that are not counted. */
const COUNTED = 10_000;

/** Goes to the ledger alone: no gateway starts at another Temporal before this is said. */
export const temporalMovedCommand = ({ io }: Context): Command =>
  databaseUrlOption(withOutput(new Command('temporal-moved')))
    .description(
      'say that the runs are in another Temporal from now on; without that word gateway and workers refuse it',
    )
    .argument('<namespace-id>', 'the id of its namespace, as their refusal shows it')
    .requiredOption('--reason <text>', 'why, for the record', reasonGiven)
    .option('-y, --yes', 'without asking')
    .addHelpText(
      'after',
      example(
        'nightshift deploy temporal-moved 0f4c8a52-5d0e-4a39-9d4c-3f0a6f0f7c11 --reason "its database was lost"',
      ),
    )
    .action(async (written: string, { reason, yes, ...options }: MovedOptions) => {
      const namespaceId = written.toLowerCase();
      if (!UUID.test(namespaceId))
        throw new CliFailure(EXIT.usage, `"${written}" is no id of a namespace`, {
          next: 'take it from the refusal of the gateway or worker, or from "temporal operator namespace describe"',
        });
      const answer = await withLedger(io, options, async (ledger, by) => {
        const [home, open] = await Promise.all([
          ledger.temporalHome(),
          ledger.runsToSweep({ limit: COUNTED }),
        ]);
        if (home?.namespaceId === namespaceId) return { moved: false, from: namespaceId, to: namespaceId };
        if (!yes) {
          const runs = open.length
            ? `; ${count(open.length, 'open run')}${open.length === COUNTED ? ' or more' : ''} that it does not know are sealed as terminated a minute later`
            : '';
          const what = `the runs of "${ledger.deployment}" are in the Temporal namespace ${namespaceId} from now on${runs}`;
          await typedConfirmation(io, { wanted: namespaceId.slice(0, 4), what });
        }
        await ledger.temporalMoved({ namespaceId, order: { by, reason } });
        return { moved: true, from: home?.namespaceId, to: namespaceId };
      });
      print(io, options, answer, () => [
        answer.moved
          ? `The runs are in the Temporal namespace ${namespaceId} from now on. Start gateway and workers with its address.`
          : `That is where the runs are already: nothing was changed.`,
      ]);
    });

function reasonGiven(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('say why');
  return text.trim();
}
