import { Command, InvalidArgumentError } from 'commander';
import { example, type Context } from '../command.ts';
import { breaks, checkDeploy } from '../deploy/check-deploy.ts';
import { checkedBy, startCheckProcess } from '../deploy/check-process.ts';
import { renderCheck } from '../deploy/render-check.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { renderTable } from '../render/table.ts';
import { clock } from '../render/time.ts';
import { createProgress } from '../terminal/progress.ts';
import { currentCommand, retireCommand } from './deploy-decide.ts';
import { temporalMovedCommand } from './deploy-temporal.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

export const deployCommand = (context: Context): Command =>
  new Command('deploy')
    .description(
      'versions of the runbooks: which there are, what a new one would do to open runs, which takes new ones',
    )
    .addCommand(listCommand(context))
    .addCommand(checkCommand(context))
    .addCommand(currentCommand(context))
    .addCommand(retireCommand(context))
    .addCommand(temporalMovedCommand(context));

const listCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('ls'))
    .description('list the versions, which one takes new runs, and how many open runs need each')
    .addHelpText('after', example('nightshift deploy ls'))
    .action(async (output: OutputOption) => {
      const { versions } = await (await api()).versions();
      print(io, output, { versions }, () => {
        const screen = io.screen();
        if (versions.length === 0) return ['No worker has started yet.'];
        return renderTable(
          versions,
          [
            { head: 'VERSION', of: (v) => v.version },
            { head: 'STATUS', of: (v) => (v.retired ? `retired by ${v.retired.by}` : v.status) },
            { head: 'FIRST CURRENT', of: (v) => (v.currentSince ? clock(v.currentSince, screen) : 'never') },
            { head: 'OPEN RUNS', of: (v) => String(v.openRuns) },
            { head: 'HOSTED', of: (v) => (v.hosted ? 'yes' : 'no') },
            { head: 'CODE KEPT', of: (v) => (v.keptAt ? clock(v.keptAt, screen) : 'no') },
          ],
          screen,
        );
      });
    });

interface CheckOptions extends OutputOption {
  readonly ended: number;
  readonly strict?: boolean;
  readonly program?: string;
  readonly config?: string;
}

const checkCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('check'))
    .description(
      'what deploying the runbooks of this checkout would break: exit code 0 for nothing, 8 for something; for CI it needs a token that may read',
    )
    .option('--ended <count>', 'replay so many ended runs of each runbook beside all open ones', whole, 3)
    .option('--strict', 'also fail for histories that do not replay of runs that end on their own version')
    .option(
      '--config <file>',
      'the configuration that names your runbooks and steps; the one of this folder when left out',
    )
    .option('--program <file>', 'the check of another repository of runbooks, like worker/check here')
    .addHelpText('after', example('nightshift deploy check', 'nightshift deploy check --strict -o json'))
    .action(async ({ ended, strict = false, program, config, output }: CheckOptions) => {
      const gateway = await api();
      // First, since bundling takes a while: whether anybody answers, and the token may read.
      const { versions } = await gateway.versions();
      const progress = createProgress(output === 'json' ? { ...io, stdout: io.stderr, redraws: false } : io);
      const atHand = await progress.stage('runbooks of this checkout, bundled', () =>
        startCheckProcess(checkedBy({ program, config })),
      );
      const check = await checkDeploy(gateway, atHand, {
        versions,
        endedPerRunbook: ended,
        progress,
      }).finally(() => atHand.close());
      print(io, { output }, check, () => renderCheck(check, io.screen()));
      if (breaks(check, { strict }))
        throw new CliFailure(EXIT.deployBreaksRuns, 'deploying this would break runs', {
          next: 'keep what they need, or let them end first ("nightshift deploy ls"); docs/operating.md, Upgrades',
        });
    });

function whole(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 0 && count <= 500) return count;
  throw new InvalidArgumentError('write a whole number from 0 to 500');
}
