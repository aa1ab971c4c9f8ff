import { readFile } from 'node:fs/promises';
import { confirm, isCancel } from '@clack/prompts';
import { Command } from 'commander';
import { hostInstallPlan, type HostInstallPlan } from '../../activities/hosts/helper/install.ts';
import { noTerminal } from '../answer/confirm.ts';
import { hostCheckCommand } from './host-check.ts';
import { hostRemoveCommand } from './host-remove.ts';
import { runAsRoot } from './host-script.ts';
import { example, type Context } from '../command.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { clean } from '../render/clean.ts';
import { renderTable } from '../render/table.ts';
import { printLines, type Io } from '../terminal/io.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

interface Options extends OutputOption {
  readonly user: string;
  readonly readKey: string;
  readonly changeKey: string;
  readonly print?: true;
  readonly yes?: true;
}

export const hostCommand = (context: Context): Command =>
  new Command('host')
    .description('hosts that runbooks look at and change over SSH')
    .addCommand(hostCheckCommand(context))
    .addCommand(hostInstallCommand(context))
    .addCommand(hostRemoveCommand(context));

const hostInstallCommand = ({ io }: Context): Command =>
  withOutput(new Command('install'))
    .description(
      'install nightshift’s program, its sudo rule and two SSH keys on a host, over your own SSH access',
    )
    .argument('<host>', 'Linux with systemd, as your ssh knows it; you need sudo there')
    .option('--user <name>', 'the SSH user for nightshift; made when missing', 'oncall')
    .requiredOption('--read-key <file>', 'public key that may look')
    .requiredOption('--change-key <file>', 'public key that may look and change')
    .option('--print', 'print the script and run nothing')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      example(
        'nightshift host install worker-3 --read-key read.pub --change-key change.pub',
        'nightshift host install worker-3 ... --print | less',
      ),
    )
    .action(async (host: string, options: Options) => {
      const plan = await planOf(options);
      if (options.print) return printLines(io, [plan.script.trimEnd()]);
      if (!options.yes) await agree(io, host, plan);
      const version = (await runAsRoot(io, { host, script: plan.script })).at(-1) ?? '';
      print(io, options, { host, version, files: plan.files }, () => [
        `Installed on ${host}: ${clean(version)}`,
      ]);
    });

async function planOf({ user, readKey, changeKey }: Options): Promise<HostInstallPlan> {
  const [read, change] = await Promise.all([publicKey(readKey), publicKey(changeKey)]);
  if (read === change) {
    throw new CliFailure(EXIT.usage, 'the reading and the changing key are the same', {
      next: 'make two with ssh-keygen, so that a process that only looks cannot change anything',
    });
  }
  try {
    return hostInstallPlan({ user, readKey: read, changeKey: change });
  } catch (cause) {
    throw new CliFailure(EXIT.usage, (cause as Error).message, { cause });
  }
}

async function publicKey(file: string): Promise<string> {
  const content = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CliFailure(EXIT.usage, `the key file ${file} cannot be read`, { cause });
  });
  if (content.includes('PRIVATE KEY')) {
    throw new CliFailure(EXIT.usage, `${file} is a private key`, {
      next: `pass its public half, ${file}.pub`,
    });
  }
  return content.trim();
}

async function agree(io: Io, host: string, { files }: HostInstallPlan): Promise<void> {
  if (!io.interactive)
    throw noTerminal(
      'host install asks before it changes a host, which',
      'read it with --print, then pass --yes',
    );
  printLines(io, [
    `On ${host} these files will be written, as root:`,
    ...renderTable(
      files,
      [
        { head: 'FILE', of: (f) => f.path },
        { head: 'MODE', of: (f) => f.mode },
        { head: 'OWNER', of: (f) => f.owner },
        { head: 'SHA-256', of: (f) => f.sha256, cuts: true },
      ],
      io.screen(),
    ),
  ]);
  const agreed = await confirm({
    message: `Install on ${host}?`,
    input: io.stdin,
    output: io.stdout,
    initialValue: false,
  });
  if (isCancel(agreed) || !agreed) throw new CliFailure(EXIT.refused, 'nothing was installed');
}
