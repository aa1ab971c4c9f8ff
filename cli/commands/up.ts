import { Command } from 'commander';
import { example, type Context } from '../command.ts';
import { resolveContext } from '../up/kube-context.ts';
import { createProgress } from '../terminal/progress.ts';
import { printableJson } from '../render/clean.ts';
import { field } from '../render/headed.ts';
import { printLines, type Io } from '../terminal/io.ts';
import { withOutput, type OutputOption } from '../terminal/output-format.ts';
import { bringUp, type Deployment } from '../up/bring-up.ts';
import { contextConfig } from '../up/local-config.ts';
import { obtainLab } from '../up/obtain-lab.ts';
import { waitForInterrupt } from '../terminal/wait-for-interrupt.ts';

interface Options extends OutputOption {
  readonly lab?: true;
  readonly context?: string;
  readonly config?: string;
  readonly yes?: true;
}

export const upCommand = ({ io }: Context): Command =>
  withOutput(new Command('up'))
    .description('start everything here: Temporal, PostgreSQL, worker and gateway; Ctrl-C stops it')
    .option('--lab', 'and a real three-node Kubernetes cluster to try it on')
    .option('--context <name>', 'work on this cluster of your kubeconfig')
    .option('--config <file>', 'your nightshift.config.ts; one is written when left out')
    .option('-y, --yes', 'install missing Debian packages without asking')
    .addHelpText(
      'after',
      example(
        'nightshift up',
        'nightshift up --lab --yes',
        'DATABASE_URL=postgres://... nightshift up --config nightshift.config.ts',
      ),
    )
    .action(async ({ lab: wantsLab, context, config, yes, output }: Options) => {
      io.endsInOrder();
      const progress = createProgress(output === 'json' ? { ...io, stdout: io.stderr, redraws: false } : io);
      const lab = wantsLab ? await obtainLab({ io, progress, yes: yes ?? false }) : undefined;
      const system =
        context === undefined ? undefined : contextConfig(context, resolveContext(io.env, context));
      const deployment = await bringUp({ io, progress, lab, system, configFile: config });
      try {
        print(io, output, { ...deployment, ownConfig: config !== undefined });
        await waitForInterrupt(io);
        progress.say('', 'Stopping.');
      } finally {
        await deployment.stop();
      }
    });

function print(
  io: Io,
  output: OutputOption['output'],
  { local, lab, processes, ownConfig }: Deployment & { readonly ownConfig: boolean },
): void {
  const { token: _, databaseUrl, ...shown } = local;
  const database = new URL(databaseUrl).host;
  const running = processes.map(({ name, supervised }) => ({ name, pid: supervised.current()?.pid }));
  if (output === 'json') return printLines(io, [printableJson({ ...shown, database, processes: running })]);
  const screen = io.screen();
  const pid = (name: string) => running.find((p) => p.name === name)?.pid;
  printLines(io, [
    '',
    screen.paint.bold(`nightshift runs here (deployment ${local.deployment}, you are ${local.person})`),
    ...field('gateway', `${local.url} (process ${pid('gateway')})`, screen),
    ...field('worker', `process ${pid('worker')}`, screen),
    ...field(
      'Temporal',
      `${local.temporalAddress}${local.temporalUi ? `, its UI at ${local.temporalUi}` : ''}`,
      screen,
    ),
    ...field('database', `PostgreSQL at ${database}`, screen),
    ...(lab ? field('lab', `${lab.nodes.length} nodes; KUBECONFIG=${lab.kubeconfigs.admin}`, screen) : []),
    ...field('config', local.config, screen),
    '',
    'In another terminal:  nightshift runbooks',
    ...(lab ? ['Break the lab with:   nightshift lab break'] : []),
    // A configuration of one's own may name other runbooks.
    ...(lab || ownConfig ? [] : ['Something to try:     nightshift run cluster-look-around --watch']),
    'Ctrl-C stops all of it.',
  ]);
}
