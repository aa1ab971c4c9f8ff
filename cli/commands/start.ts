import { Command } from 'commander';
import type { RunView } from '../../gateway/api/runs.ts';
import { createApiClient, type ApiClient } from '../../gateway/api-client.ts';
import type { Lab } from '../../lab/index.ts';
import { noTerminal } from '../answer/confirm.ts';
import { example, type Context } from '../command.ts';
import { elapsed } from '../render/time.ts';
import { answering, BY_YES } from '../start/answers.ts';
import { awaitAlertRun } from '../start/await-run.ts';
import { prove } from '../start/prove.ts';
import { reportLines } from '../start/report.ts';
import { printLines, type Io } from '../terminal/io.ts';
import { createProgress, type Progress } from '../terminal/progress.ts';
import { waitForInterrupt } from '../terminal/wait-for-interrupt.ts';
import { bringUp, type Deployment } from '../up/bring-up.ts';
import { resolveContext } from '../up/kube-context.ts';
import { contextConfig } from '../up/local-config.ts';
import { obtainLab } from '../up/obtain-lab.ts';
import { watchRun } from '../watch/watch-run.ts';
import { assertCompleted } from './watch.ts';

interface Options {
  readonly yes?: true;
  readonly keep?: true;
  readonly context?: string;
}

/** A cold build of everything that the lab raises takes minutes; the alert itself seconds. */
const ALERT_WITHIN_MS = 5 * 60_000;
const PROOF_WITHIN_MS = 2 * 60_000;

export const startCommand = ({ io }: Context): Command =>
  new Command('start')
    .description(
      'see it work: everything is brought up, the lab breaks, an alert starts the runbook, you decide',
    )
    .option('-y, --yes', `install and approve without asking; the record says "${BY_YES}"`)
    .option('--keep', 'leave everything running afterwards, until Ctrl-C')
    .option('--context <name>', 'no lab: a harmless runbook on this cluster of your kubeconfig')
    .addHelpText(
      'after',
      example('nightshift start', 'nightshift start --yes', 'nightshift start --context kind-kind'),
    )
    .action(async ({ yes = undefined, keep, context }: Options) => {
      if (!yes && !io.interactive) {
        throw noTerminal(
          'start asks you to approve each plan, which',
          'pass --yes to have it answered, with that as the reason in the record',
        );
      }
      io.endsInOrder();
      const progress = createProgress(io);
      const lab = context === undefined ? await obtainLab({ io, progress, yes: yes ?? false }) : undefined;
      const system =
        context === undefined ? undefined : contextConfig(context, resolveContext(io.env, context));
      if (context !== undefined)
        progress.say(`No lab: the runbook cluster-look-around, which only reads, on the cluster ${context}.`);
      const deployment = await bringUp({ io, progress, lab, system, alerts: 'later' });
      try {
        await show({ io, progress, lab, deployment, yes: yes ?? false });
        if (keep) {
          progress.say(
            '',
            'Everything keeps running (--keep): "nightshift runs" in another terminal. Ctrl-C stops it.',
          );
          await waitForInterrupt(io);
        }
      } finally {
        progress.say('');
        await deployment.stop();
        progress.say(`Total time: ${elapsed(progress.sinceStart() * 1000)}.`);
      }
    });

interface Show {
  readonly io: Io;
  readonly progress: Progress;
  readonly lab: Lab | undefined;
  readonly deployment: Deployment;
  readonly yes: boolean;
}

async function show({ io, progress, lab, deployment, yes }: Show): Promise<void> {
  const { local } = deployment;
  const api = createApiClient(local);
  const run = lab
    ? await raise(lab, { api, io, progress, webhook: deployment.webhook })
    : await api.startRun({ runbook: 'cluster-look-around', input: {} });
  const { workflowId } = run;
  progress.say('', io.screen().paint.bold(`Run ${workflowId}`));
  const ended = await watchRun({ api, io, workflowId, onQuestion: answering({ api, io, yes }) });
  const screen = io.screen();
  printLines(io, await reportLines(ended.run, local, screen));
  progress.say('');
  const proof = await progress.stage('export the record and verify it offline', () =>
    prove(api, { local, workflowId, withinMs: PROOF_WITHIN_MS, signal: io.interrupted }),
  );
  const { summary } = proof;
  progress.say(
    screen.paint.green(
      `✔ The record verifies: ${summary.entries} entries, sealed, held against the witness's checkpoint of ${summary.witnessed?.size ?? 0}.`,
    ),
    '  Check it yourself, nightshift need not run:',
    `  nightshift record verify ${proof.file} \\`,
    `    --key ${proof.keyFile} --witness ${proof.witnessFile}`,
  );
  assertCompleted(ended);
}

/**
 * Breaks the lab and waits for what its own Prometheus and Alertmanager make of it. Their webhook is opened once the
 * incident shows: an alert of the seconds before would be about a lab that is still being broken.
 */
async function raise(
  lab: Lab,
  {
    api,
    io,
    progress,
    webhook,
  }: { api: ApiClient; io: Io; progress: Progress; webhook: Deployment['webhook'] },
): Promise<RunView> {
  const details = await lab.details();
  if (details?.phase === 'broken') await progress.stage('heal the lab first', () => lab.heal());
  io.interrupted.throwIfAborted();
  const since = new Date();
  await progress.stage('break the lab', () => lab.breakIt());
  io.interrupted.throwIfAborted();
  return progress.stage('Prometheus and Alertmanager raise the alert', async () => {
    await lab.setWebhook(webhook);
    return awaitAlertRun(api, { since, withinMs: ALERT_WITHIN_MS, signal: io.interrupted });
  });
}
