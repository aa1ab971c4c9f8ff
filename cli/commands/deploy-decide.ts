import { Command, Option } from 'commander';
import type { ApiClient } from '../../gateway/api-client.ts';
import { RUNS_OF_RETIRED, type RunsOfRetired } from '../../gateway/api/deploy.ts';
import { example, type Context } from '../command.ts';
import { checkedBy, startCheckProcess } from '../deploy/check-process.ts';
import { refuseUnlessAllReplay } from '../deploy/move-check.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { count } from '../render/plan.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';
import { typedConfirmation } from '../terminal/typed-confirmation.ts';

interface CurrentOptions extends OutputOption {
  readonly reason: string;
}

export const currentCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('current'))
    .description('let new runs take this version from now on, an older one as well; open runs stay on theirs')
    .argument('<version>', 'or its beginning; "nightshift deploy ls" lists them')
    .requiredOption('--reason <text>', 'why, for the record')
    .addHelpText('after', example('nightshift deploy current 167e9e43 --reason "the new one pages twice"'))
    .action(async (named: string, { reason, ...output }: CurrentOptions) => {
      const client = await api();
      const { version } = await findVersion(client, named);
      const answer = await client.makeVersionCurrent(version, { reason });
      print(io, output, answer, () => [
        `New runs take version ${version} from now on. A worker that does not host it yet takes it on within seconds.`,
      ]);
    });

interface RetireOptions extends CurrentOptions {
  readonly runs?: RunsOfRetired;
  readonly yes?: true;
  readonly program?: string;
  readonly config?: string;
}

const MEANS: Readonly<Record<RunsOfRetired, string>> = {
  cancel: 'cancelled: each ends at its next safe point and offers the undo',
  stop: 'stopped: none of their changes begins any more, and what they changed is left and listed',
  move: 'moved to the current version, where their histories are told again',
};

export const retireCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('retire'))
    .description('never let new runs take this version again, and decide what becomes of its open runs')
    .argument('<version>', 'or its beginning; "nightshift deploy ls" lists them')
    .requiredOption('--reason <text>', 'why, for the record and for whom it concerns')
    .addOption(new Option('--runs <what>', 'what becomes of its open runs').choices(RUNS_OF_RETIRED))
    .option('-y, --yes', 'without asking')
    .option('--config <file>', 'with --runs move: the configuration that names your runbooks and steps')
    .option('--program <file>', 'with --runs move: the check of another repository of runbooks')
    .addHelpText(
      'after',
      example('nightshift deploy retire 167e9e43 --runs cancel --reason "deletes the wrong pods"'),
    )
    .action(async (named: string, { reason, runs, yes, program, config, ...output }: RetireOptions) => {
      const client = await api();
      const [{ version }, { runs: open }] = await Promise.all([
        findVersion(client, named),
        client.openRuns(),
      ]);
      const pinned = open.filter((run) => run.pinned && run.version === version).map((run) => run.workflowId);
      const listed = `${count(pinned.length, 'open run')}${pinned.length ? `: ${pinned.join(', ')}` : ''}`;
      if (pinned.length > 0 && runs === undefined)
        throw new CliFailure(EXIT.usage, `version ${version} has ${listed}; what becomes of them?`, {
          next: 'pass --runs cancel, --runs stop or --runs move',
        });
      if (runs === 'move' && pinned.length > 0) {
        const atHand = await startCheckProcess(checkedBy({ program, config }));
        await refuseUnlessAllReplay(client, atHand, pinned).finally(() => atHand.close());
      }
      const what = `version ${version} takes no new runs ever again${runs && pinned.length ? `; ${listed}; they are ${MEANS[runs]}` : '; no open run is pinned to it'}`;
      if (!yes) await typedConfirmation(io, { wanted: version.slice(0, 4), what });
      const answer = await client.retireVersion(version, { reason, runs, openRuns: pinned.length });
      print(io, output, answer, () => [
        `Retired version ${version}.${answer.runs.length ? ` ${count(answer.runs.length, 'run')} ${runs === 'move' ? 'moved' : 'told'}: ${answer.runs.join(', ')}.` : ''}`,
      ]);
    });

/** The one that is named by its beginning. */
async function findVersion(client: ApiClient, named: string) {
  const { versions } = await client.versions();
  const found = versions.filter(({ version }) => version.startsWith(named));
  if (found.length === 1) return found[0]!;
  const next = '"nightshift deploy ls" lists the versions';
  if (found.length === 0) throw new CliFailure(EXIT.notFound, `there is no version "${named}"`, { next });
  throw new CliFailure(EXIT.usage, `"${named}" is the beginning of ${found.length} versions`, { next });
}
