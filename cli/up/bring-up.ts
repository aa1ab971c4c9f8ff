/**
 * Everything that nightshift needs, in one process tree.
 *
 * 1. What is started is stopped again, in the opposite order, also when a later part does not start.
 * 2. Each server has a port that stays the same when it is restarted after a crash, so that the others find it again.
 * 3. The other commands find the gateway by `local.json`, which is there only while it runs.
 */
import { rm } from 'node:fs/promises';
import { identify } from '../../embedded/liveness.ts';
import { directories } from '../../embedded/paths.ts';
import { supervise, type SuperviseEvent, type Supervised } from '../../embedded/supervise.ts';
import type { Lab, LabDetails } from '../../lab/index.ts';
import { localFile, type LocalGateway } from '../connect/local-gateway.ts';
import type { Io } from '../terminal/io.ts';
import type { Progress } from '../terminal/progress.ts';
import { labConfig, localConfig, type SystemConfig } from './local-config.ts';
import { localToken } from './local-token.ts';
import { startNodeProcess } from './node-process.ts';
import { assertNotRunning } from './only-one.ts';
import { planDeployment } from './plan-deployment.ts';
import { supervisePostgres, superviseTemporal } from './servers.ts';
import { keptSecret, makeFolders, stateFiles, writePrivate } from './state-files.ts';
import { hostFiles } from './lab-host-files.ts';

export interface BringUp {
  readonly io: Io;
  readonly progress: Progress;
  /** Brought up with the rest and wired into the configuration. */
  readonly lab?: Lab | undefined;
  /** The lab's alerts come to the gateway from the start (the default), or when the caller opens the webhook. */
  readonly alerts?: 'at-once' | 'later';
  /** The cluster to work on without a lab. */
  readonly system?: SystemConfig | undefined;
  readonly configFile?: string | undefined;
}

export interface Deployment {
  readonly local: LocalGateway;
  readonly lab: LabDetails | undefined;
  /** Where alerts are sent to. */
  readonly webhook: { readonly url: string; readonly bearerToken: string };
  readonly processes: readonly { readonly name: string; readonly supervised: Supervised }[];
  /** Ends all that was started, the newest first. A lab that was up before stays up. */
  stop(): Promise<void>;
}

export async function bringUp(wanted: BringUp): Promise<Deployment> {
  const { io, progress, lab, system, configFile, alerts = 'at-once' } = wanted;
  const files = stateFiles(directories(io.env).state);
  await assertNotRunning(files.folder);
  await makeFolders(files);
  const plan = await planDeployment(io, { files, configFile });
  const webhook = {
    url: `http://127.0.0.1:${plan.gatewayPort}/webhooks/alertmanager`,
    bearerToken: await keptSecret(files.webhookToken),
  };

  const processes: { name: string; supervised: Supervised }[] = [];
  const stops: { name: string; stop: () => Promise<void> }[] = [];
  const onEvent = (event: SuperviseEvent) => tell(progress, event);
  const keep = <T extends Supervised>(name: string, supervised: T): T => {
    processes.push({ name, supervised });
    stops.push({ name, stop: () => supervised.stop() });
    return supervised;
  };
  const stop = async () => {
    for (const { name, stop: end } of stops.splice(0).reverse()) {
      await progress.stage(`stop ${name}`, () => end());
    }
  };

  try {
    const postgres = async (): Promise<string> => {
      if (plan.databaseUrl !== undefined) return plan.databaseUrl;
      return progress.stage('PostgreSQL', async () => {
        const server = await supervisePostgres({ files, onEvent });
        keep('PostgreSQL', server.supervised);
        return server.address;
      });
    };
    const temporal = async (): Promise<{ address: string; uiUrl?: string }> => {
      if (plan.temporalAddress !== undefined) return { address: plan.temporalAddress };
      return progress.stage('Temporal', async (detail) => {
        const server = await superviseTemporal({ files, onEvent, detail, port: plan.temporalPort });
        keep('Temporal', server.supervised);
        return server;
      });
    };
    const laboratory = async (): Promise<LabDetails | undefined> => {
      if (!lab) return undefined;
      const before = await lab.details();
      if (before?.phase !== 'up' && before?.phase !== 'broken')
        stops.push({ name: 'lab', stop: () => lab.down() });
      return progress.stage('lab of three nodes', async () => {
        const details = await lab.up(alerts === 'at-once' ? { webhook, hostFiles } : { hostFiles });
        if (alerts === 'later') await lab.setWebhook();
        return details;
      });
    };
    const [databaseUrl, { address: temporalAddress, uiUrl }, details] = await allOrNone(
      postgres(),
      temporal(),
      laboratory(),
    );
    io.interrupted.throwIfAborted();

    const { deployment, person, gatewayPort } = plan;
    const config = plan.configFile ?? files.config;
    await writePrivate(files.databaseUrl, `${databaseUrl}\n`);
    if (plan.configFile === undefined) {
      const systemConfig = details ? labConfig(details) : (system ?? {});
      const written = localConfig({
        files,
        deployment,
        temporalAddress,
        gatewayPort,
        person,
        system: systemConfig,
      });
      await writePrivate(config, `${JSON.stringify(written, undefined, 2)}\n`);
    }
    const token = await progress.stage('ledger', () =>
      localToken({ databaseUrl, deployment, person: person.id }),
    );
    const env = { ...io.env, DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: temporalAddress };
    const child = (name: 'worker' | 'gateway', args: readonly string[] = []) =>
      progress.stage(name, async () => {
        const start = () => startNodeProcess({ name, config, logs: files.logs, env, args });
        keep(name, await supervise({ name, onEvent, start }));
      });
    await allOrNone(child('worker', ['--make-current']), child('gateway'));
    io.interrupted.throwIfAborted();

    const self = await identify(process.pid);
    const local: LocalGateway = {
      url: `http://127.0.0.1:${gatewayPort}`,
      token,
      person: person.id,
      deployment,
      startedAt: new Date().toISOString(),
      owner: { pid: process.pid, ...(self?.startTime ? { startTime: self.startTime } : {}) },
      config,
      databaseUrl,
      temporalAddress,
      ...(uiUrl ? { temporalUi: uiUrl } : {}),
      keysDir: plan.keysDir,
      witness: plan.witness,
      tickets: plan.tickets ?? files.tickets,
      webhookTokenFile: files.webhookToken,
      ...(lab ? { lab: lab.detailsFile } : {}),
    };
    await writePrivate(localFile(files.folder), `${JSON.stringify(local, undefined, 2)}\n`);
    stops.push({ name: 'local.json', stop: () => rm(localFile(files.folder), { force: true }) });
    return { local, lab: details, webhook, processes, stop };
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
}

/** Waits for all to settle before an error is thrown, so that nothing is still starting while the rest is stopped. */
async function allOrNone<T extends readonly unknown[]>(
  ...parts: { [K in keyof T]: Promise<T[K]> }
): Promise<T> {
  const settled = await Promise.allSettled(parts);
  const failed = settled.find((part) => part.status === 'rejected');
  if (failed) throw failed.reason;
  return settled.map((part) => (part as PromiseFulfilledResult<unknown>).value) as unknown as T;
}

function tell(progress: Progress, event: SuperviseEvent): void {
  if (event.kind === 'ended') {
    const how = event.exit.signal ?? `exit code ${event.exit.code}`;
    progress.say(
      `✘ ${event.name} ended (${how}) and is started again`,
      ...event.lastLines
        .split('\n')
        .slice(-3)
        .map((line) => `    ${line}`),
    );
  }
  if (event.kind === 'start-failed') progress.say(`✘ ${event.name} did not start: ${event.error.message}`);
}
