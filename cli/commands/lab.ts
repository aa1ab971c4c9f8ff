import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { Argument, Command, Option } from 'commander';
import {
  createLab,
  KUBE_PROXY_MODES,
  labName,
  ON_DEMAND,
  SCENARIOS,
  type KubeProxyMode,
  type OnDemand,
  type Lab,
  type LabDetails,
  type LabStatus,
} from '../../lab/index.ts';
import { example, type Context } from '../command.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { field, section } from '../render/headed.ts';
import type { Screen } from '../render/screen.ts';
import { renderTable } from '../render/table.ts';
import { printLines } from '../terminal/io.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';
import { orUsage } from '../terminal/parse-option.ts';
import { createProgress, type Progress } from '../terminal/progress.ts';
import { hostFiles } from '../up/lab-host-files.ts';
import { labEvents, obtainLab } from '../up/obtain-lab.ts';

interface Named {
  readonly name: string;
}

interface UpFlags extends Named, OutputOption {
  readonly yes?: true;
  readonly kubeProxy?: KubeProxyMode;
}

const named = (command: string): Command =>
  new Command(command).option(
    '--name <name>',
    'which lab, when there are several',
    (text) => orUsage(() => labName(text)),
    'lab',
  );

export const labCommand = ({ io }: Context): Command => {
  const progressFor = (output: OutputOption['output'] = 'text'): Progress =>
    createProgress(output === 'json' ? { ...io, stdout: io.stderr, redraws: false } : io);
  const labOf = ({ name }: Named, progress?: Progress): Lab =>
    createLab({ name, ...(progress ? { onProgress: labEvents(progress) } : {}) });

  return new Command('lab')
    .description('a real three-node Kubernetes cluster on this machine, and the incident in it')
    .addCommand(
      withOutput(named('up'))
        .description('bring it up; one that is up stays as it is')
        .option('-y, --yes', 'install missing Debian packages without asking')
        .addOption(
          new Option(
            '--kube-proxy <who>',
            'who runs kube-proxy: a systemd unit of each node (the default), or a DaemonSet in kube-system',
          ).choices(KUBE_PROXY_MODES),
        )
        .addHelpText('after', example('nightshift lab up --yes', 'nightshift lab up --kube-proxy daemonset'))
        .action(async ({ name, yes, kubeProxy, output }: UpFlags) => {
          io.endsInOrder();
          const progress = progressFor(output);
          const lab = await obtainLab({ io, progress, yes: yes ?? false, name });
          const details = await progress.stage('lab of three nodes', () => lab.up({ hostFiles, kubeProxy }));
          print(io, { output }, details, () => upLines(details, io.screen()));
        }),
    )
    .addCommand(
      withOutput(named('status'))
        .description('nodes, pods, and the share of requests that fail')
        .addHelpText('after', example('nightshift lab status'))
        .action(async ({ name, output }: Named & OutputOption) => {
          const status = await labOf({ name }).status();
          if (!status) throw notUp(name);
          print(io, { output }, status, () => statusLines(status, io.screen()));
        }),
    )
    .addCommand(
      named('break')
        .description(
          'make the incident happen, or a small fault of the named scenario; returns when it shows',
        )
        .addArgument(new Argument('[scenario]').choices(Object.keys(SCENARIOS)))
        .addHelpText('after', example('nightshift lab break', 'nightshift lab break bad-rollout'))
        .action(async (scenario: string | undefined, options: Named) => {
          const progress = progressFor();
          if (scenario !== undefined) {
            await progress.stage('break the lab', () => labOf(options, progress).play(scenario));
            progress.say(`${SCENARIOS[scenario]!.shows} "nightshift lab heal" puts it back.`);
            return;
          }
          await progress.stage('break the lab', () => labOf(options, progress).breakIt());
          progress.say('Pods of payment-service crash on node-worker-3. "nightshift lab heal" puts it back.');
        }),
    )
    .addCommand(
      named('heal')
        .description('put everything back as "lab up" left it')
        .addHelpText('after', example('nightshift lab heal'))
        .action(async (options: Named) => {
          const progress = progressFor();
          await progress.stage('heal the lab', () => labOf(options, progress).heal());
        }),
    )
    .addCommand(
      named('add')
        .description('start Loki or Jaeger beside the cluster; the first time builds it, in minutes')
        .addArgument(new Argument('<program>').choices(ON_DEMAND))
        .addHelpText('after', example('nightshift lab add loki'))
        .action(async (part: OnDemand, options: Named) => {
          const progress = progressFor();
          const { loki, jaeger } = await progress.stage(`start ${part}`, () =>
            labOf(options, progress).add(part),
          );
          progress.say(
            part === 'loki'
              ? `${loki!.url} takes lines and questions. "nightshift lab remove loki" ends it.`
              : `${jaeger!.url} takes questions, ${jaeger!.otlp} spans (OTLP). "nightshift lab remove jaeger" ends it.`,
          );
        }),
    )
    .addCommand(
      named('remove')
        .description('end what "lab add" started')
        .addArgument(new Argument('<program>').choices(ON_DEMAND))
        .addHelpText('after', example('nightshift lab remove loki'))
        .action(async (part: OnDemand, options: Named) => {
          const progress = progressFor();
          await progress.stage(`end ${part}`, () => labOf(options, progress).remove(part));
        }),
    )
    .addCommand(
      named('down')
        .description('take it down, or what a crash left of it')
        .addHelpText('after', example('nightshift lab down'))
        .action(async (options: Named) => {
          io.endsInOrder();
          const progress = progressFor();
          const lab = labOf(options, progress);
          await progress.stage('take the lab down', () => lab.down());
          const left = await lab.leftBehind();
          if (left.length > 0)
            throw new CliFailure(
              EXIT.failed,
              `the lab left something behind:\n${left.map((l) => `  ${JSON.stringify(l)}`).join('\n')}`,
            );
        }),
    )
    .addCommand(
      named('ssh')
        .description('a shell on a node, or one command, as the user oncall')
        .argument('<node>', 'node-worker-1, node-worker-2 or node-worker-3')
        .argument('[command...]', 'a command; put -- before it')
        .addOption(
          new Option('--key <key>', 'which of the two keys')
            .choices(['reading', 'changing'])
            .default('reading'),
        )
        .addHelpText(
          'after',
          example('nightshift lab ssh node-worker-3 -- read within 5 status kube-proxy.service'),
        )
        .action(
          async (
            node: string,
            command: string[],
            { key, ...options }: Named & { key: 'reading' | 'changing' },
          ) => {
            const [program = 'ssh', ...args] = await labOf(options).ssh(node, { key, command });
            await inherit(program, args);
          },
        ),
    )
    .addCommand(
      named('kubeconfig')
        .description('print the path of a kubeconfig, or with --show its content')
        .addArgument(new Argument('[user]').choices(['admin', 'read', 'change']).default('admin'))
        .option('--show', 'print the content')
        .addHelpText('after', example('export KUBECONFIG=$(nightshift lab kubeconfig)'))
        .action(
          async (user: keyof LabDetails['kubeconfigs'], { show, ...options }: Named & { show?: true }) => {
            const file = await labOf(options).kubeconfig(user);
            printLines(io, [show ? (await readFile(file, 'utf8')).trimEnd() : file]);
          },
        ),
    );
};

const notUp = (name: string): CliFailure =>
  new CliFailure(EXIT.notFound, `lab "${name}" is not up`, { next: '"nightshift lab up" brings it up' });

function upLines(
  { nodes, cluster, kubeProxy, kubeconfigs, prometheus, alertmanager }: LabDetails,
  screen: Screen,
): string[] {
  return [
    '',
    ...field('nodes', nodes.map((n) => `${n.name} ${n.address}`).join(', '), screen),
    ...field('API', cluster.server, screen),
    ...field('routing', KUBE_PROXY[kubeProxy], screen),
    ...field('kubectl', `export KUBECONFIG=${kubeconfigs.admin}`, screen),
    ...field('metrics', `${prometheus.url}, alerts ${alertmanager.url}`, screen),
    '',
    'nightshift lab break  makes the incident happen; nightshift lab down  takes it away.',
  ];
}

const KUBE_PROXY: Readonly<Record<KubeProxyMode, string>> = {
  unit: 'kube-proxy.service of each node',
  daemonset: 'DaemonSet kube-proxy in kube-system',
};

function statusLines(status: LabStatus, screen: Screen): string[] {
  const yes = (value: boolean) => (value ? 'yes' : 'NO');
  return [
    ...field('phase', status.phase, screen),
    ...field(
      'errors',
      status.errorRate === undefined
        ? 'unknown'
        : `${(status.errorRate * 100).toFixed(1)} % of the users’ requests`,
      screen,
    ),
    ...(status.memory === undefined
      ? []
      : field('memory', `${Math.round(status.memory / 2 ** 20)} MiB`, screen)),
    ...field(
      'parts',
      status.parts.map((p) => `${p.name}${p.running ? '' : ' (NOT RUNNING)'}`).join(', '),
      screen,
    ),
    ...section(
      'NODES',
      renderTable(
        status.nodes,
        [
          { head: 'NODE', of: (n) => n.name },
          { head: 'READY', of: (n) => yes(n.ready) },
          { head: 'TAKES PODS', of: (n) => yes(n.schedulable) },
        ],
        screen,
      ),
      screen,
    ),
    ...section(
      'PODS',
      renderTable(
        status.pods,
        [
          { head: 'POD', of: (p) => p.name },
          { head: 'NODE', of: (p) => p.node },
          { head: 'READY', of: (p) => yes(p.ready) },
          { head: 'RESTARTS', of: (p) => String(p.restarts) },
        ],
        screen,
      ),
      screen,
    ),
  ];
}

/** Runs a program on this terminal; its exit code is an error here when it is not 0. */
function inherit(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0
        ? resolve()
        : reject(new CliFailure(EXIT.failed, `${program} ended with exit code ${code ?? 'none'}`)),
    );
  });
}
