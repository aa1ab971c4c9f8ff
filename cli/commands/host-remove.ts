import { confirm, isCancel } from '@clack/prompts';
import { Command } from 'commander';
import { hostRemovePlan, type HostRemovePlan } from '../../activities/hosts/helper/remove.ts';
import { noTerminal } from '../answer/confirm.ts';
import { example, type Context } from '../command.ts';
import { CliFailure, toFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { cleanLine } from '../render/clean.ts';
import { printLines, type Io } from '../terminal/io.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';
import { runAsRoot } from './host-script.ts';

interface Options extends OutputOption {
  readonly user: string;
  readonly print?: true;
  readonly yes?: true;
}

interface Removed {
  readonly host: string;
  /** As the script says it: a path, or what was taken out of one. Empty where nothing was there. */
  readonly removed: readonly string[];
  /** What stays, and why. */
  readonly left: readonly string[];
}

export const hostRemoveCommand = ({ io }: Context): Command =>
  withOutput(new Command('remove'))
    .description(
      'remove nightshift’s program, its sudo rule, keys, allow list and records from hosts, over your own SSH access',
    )
    .argument('<host...>', 'as your ssh knows them; you need sudo there')
    .option('--user <name>', 'the SSH user that it was installed for', 'oncall')
    .option('--print', 'print the script and run nothing')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      example('nightshift host remove worker-3 worker-4', 'nightshift host remove worker-3 --print | less'),
    )
    .action(async (hosts: string[], options: Options) => {
      const plan = planOf(options.user);
      if (options.print) return printLines(io, [plan.script.trimEnd()]);
      if (!options.yes) await agree(io, hosts, plan);
      const done: Removed[] = [];
      const failures: CliFailure[] = [];
      for (const host of hosts) {
        await runAsRoot(io, { host, script: plan.script }).then(
          (lines) => done.push({ host, removed: after(lines, 'removed '), left: after(lines, 'left ') }),
          (error: unknown) => failures.push(toFailure(error)),
        );
      }
      print(io, options, { hosts: done }, () => done.flatMap(render));
      const [first] = failures;
      if (!first) return;
      throw new CliFailure(first.exitCode, failures.map(({ message }) => message).join('\n'), {
        cause: first,
        ...(first.next === undefined ? {} : { next: first.next }),
      });
    });

function planOf(user: string): HostRemovePlan {
  try {
    return hostRemovePlan({ user });
  } catch (cause) {
    throw new CliFailure(EXIT.usage, (cause as Error).message, { cause });
  }
}

async function agree(io: Io, hosts: readonly string[], { gone }: HostRemovePlan): Promise<void> {
  const there = hosts.join(', ');
  if (!io.interactive)
    throw noTerminal(
      'host remove asks before it changes a host, which',
      'read it with --print, then pass --yes',
    );
  printLines(io, [cleanLine(`On ${there} these will be removed:`), ...gone.map((what) => `  ${what}`)]);
  const agreed = await confirm({
    message: `Remove nightshift from ${there}?`,
    input: io.stdin,
    output: io.stdout,
    initialValue: false,
  });
  if (isCancel(agreed) || !agreed) throw new CliFailure(EXIT.refused, 'nothing was removed');
}

const after = (lines: readonly string[], word: string): string[] =>
  lines.filter((line) => line.startsWith(word)).map((line) => line.slice(word.length));

const render = ({ host, removed, left }: Removed): string[] =>
  [
    ...(removed.length === 0 ? [`${host}: nothing of nightshift was there`] : []),
    ...removed.map((what) => `${host}: removed ${what}`),
    ...left.map((what) => `${host}: left ${what}`),
  ].map(cleanLine);
