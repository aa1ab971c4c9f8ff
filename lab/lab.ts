import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../embedded/lock.ts';
import { directories } from '../embedded/paths.ts';
import { can, impossible } from './can.ts';
import { apiFromKubeconfig } from './control-plane/api-from-kubeconfig.ts';
import type { ClusterApi } from './control-plane/cluster-api.ts';
import { DETAILS_FILE, readDetails, writeDetails, type KubeProxyMode, type LabDetails } from './details.ts';
import { takeDown } from './down.ts';
import { stage, type OnProgress } from './events.ts';
import { breakLab } from './incident/break-lab.ts';
import { healLab } from './incident/heal-lab.ts';
import { moveKubeProxy } from './kube-proxy/move.ts';
import { labName, layoutOf, nodeNamed } from './layout.ts';
import { leftBehind, type Leftover } from './left-behind.ts';
import { installHostFiles, type HostFiles } from './node/host-files.ts';
import { setWebhook, type Webhook } from './observability/alertmanager.ts';
import { endOnDemand, startOnDemand, type OnDemand } from './observability/on-demand.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { closeShop, openShop, SHOP } from './scenarios/shop.ts';
import { labStatus, type LabStatus } from './status.ts';
import { bringUp, type UpOptions } from './up.ts';

export interface LabOptions {
  /** 1 to 8 lower-case letters and digits; default `lab`. */
  readonly name?: string;
  /** Absolute; default `labs/NAME` in nightshift's state directory. */
  readonly stateDirectory?: string;
  readonly onProgress?: OnProgress;
}

export interface Lab {
  readonly name: string;
  readonly stateDirectory: string;
  /** The path of `lab.json`. */
  readonly detailsFile: string;
  /**
   * Brings the lab up. A lab that is up already keeps running and takes the webhook, the host files and the way of
   * running kube-proxy of the options; what a crash left is taken down first.
   */
  up(options?: UpOptions): Promise<LabDetails>;
  /** Takes the lab down, or whatever a crash left of it. Does nothing when there is nothing. */
  down(): Promise<void>;
  /** The lab's details, or undefined when it is not up. */
  details(): Promise<LabDetails | undefined>;
  status(): Promise<LabStatus | undefined>;
  /**
   * Has a systemd unit of each node run kube-proxy, or a DaemonSet, and returns when every node routes by it. Nothing
   * to do where that one does. Throws while the lab is broken.
   */
  runKubeProxyAs(mode: KubeProxyMode): Promise<LabDetails>;
  /** Makes the incident happen and returns when it shows. Does nothing when it has been made already. */
  breakIt(): Promise<void>;
  /** Plays one of the small faults of `lab/scenarios` and returns when it shows. Throws when there is none of that name. */
  play(scenario: string): Promise<void>;
  /** Puts everything back as `up` left it and returns when users see no errors. */
  heal(): Promise<void>;
  /** Sends alerts there from now on; without an argument, nowhere. */
  setWebhook(webhook?: Webhook): Promise<void>;
  installHostFiles(hostFiles: HostFiles): Promise<void>;
  /** Starts Loki or Jaeger where it does not run, and returns when it takes questions. Builds it the first time, in minutes. */
  add(part: OnDemand): Promise<LabDetails>;
  /** Ends what `add` started. Does nothing when it does not run. */
  remove(part: OnDemand): Promise<LabDetails>;
  /** The command that opens a shell, or runs a command, as `oncall` on a node. The reading and changing keys reach the host helper only. */
  ssh(
    node: string,
    options?: { key?: 'person' | 'reading' | 'changing'; command?: readonly string[] },
  ): Promise<string[]>;
  /** The path of a kubeconfig. */
  kubeconfig(user?: keyof LabDetails['kubeconfigs']): Promise<string>;
  leftBehind(): Promise<Leftover[]>;
}

/** The lab is not up. */
export class LabNotUp extends Error {
  override readonly name = 'LabNotUp';
}

export function createLab(options: LabOptions = {}): Lab {
  const name = labName(options.name ?? 'lab');
  const stateDirectory = options.stateDirectory ?? join(directories().state, 'labs', name);
  const onProgress = options.onProgress ?? (() => undefined);
  const detailsFile = join(stateDirectory, DETAILS_FILE);
  const lab = { name, stateDirectory, onProgress };
  const alone = <T>(work: () => Promise<T>): Promise<T> => withLock(`${stateDirectory}.lock`, work);

  const present = async (): Promise<LabDetails> => {
    const details = await readDetails(detailsFile);
    if (details && details.phase !== 'starting') return details;
    throw new LabNotUp(`lab "${name}" is not up; \`nightshift lab up\` brings it up`);
  };
  const withApi = async <T>(work: (details: LabDetails, api: ClusterApi) => Promise<T>): Promise<T> => {
    const details = await present();
    const api = apiFromKubeconfig(await readFile(details.kubeconfigs.admin, 'utf8'));
    try {
      return await work(details, api);
    } finally {
      api.close();
    }
  };
  const runKubeProxyAs = (to: KubeProxyMode): Promise<LabDetails> =>
    withApi(async (details, api) => {
      if (details.kubeProxy === to) return details;
      if (details.phase === 'broken')
        throw new Error(
          `lab "${name}" is broken, and its kube-proxy is part of that; \`nightshift lab heal\` first`,
        );
      return moveKubeProxy(details, { to, api, onProgress });
    });
  const webhookTo = async (webhook: Webhook | undefined): Promise<void> =>
    setWebhook(layoutOf(await present()), webhook);

  return {
    name,
    stateDirectory,
    detailsFile,
    up: (upOptions = {}) =>
      alone(async () => {
        assertPossible();
        const details = await readDetails(detailsFile);
        if (details && details.phase !== 'starting') {
          if (upOptions.webhook) await webhookTo(upOptions.webhook);
          if (upOptions.hostFiles) installHostFiles(details, upOptions.hostFiles);
          return upOptions.kubeProxy ? runKubeProxyAs(upOptions.kubeProxy) : details;
        }
        if (details) await takeDown(lab);
        return bringUp(lab, upOptions);
      }),
    down: () => alone(() => takeDown(lab)),
    details: () => readDetails(detailsFile),
    status: async () => ((await readDetails(detailsFile)) ? withApi(labStatus) : undefined),
    runKubeProxyAs: (mode) => alone(() => runKubeProxyAs(mode)),
    breakIt: () =>
      alone(() =>
        withApi(async (details, api) => {
          if (details.phase === 'broken') return;
          // Said before it is true: a break that fails half-way needs the whole healing.
          await writeDetails({ ...details, phase: 'broken' });
          await breakLab(details, { api, onProgress });
        }),
      ),
    play: (scenario) =>
      alone(() =>
        withApi(async (details, api) => {
          const known = SCENARIOS[scenario];
          if (!known)
            throw new Error(
              `the lab knows no scenario "${scenario}"; there are ${Object.keys(SCENARIOS).join(', ')}`,
            );
          await stage(onProgress, scenario, known.shows, async () => {
            await openShop(api);
            await known.play({ api, details });
          });
        }),
      ),
    heal: () =>
      alone(() =>
        withApi(async (details, api) => {
          await stage(onProgress, 'scenarios', `What was played in ${SHOP} is taken away`, async () => {
            for (const scenario of Object.values(SCENARIOS)) await scenario.heal?.({ api, details });
            await closeShop(api);
          });
          await healLab(details, { api, onProgress });
          await writeDetails({ ...details, phase: 'up' });
        }),
      ),
    setWebhook: (webhook) => alone(() => webhookTo(webhook)),
    add: (part) =>
      alone(async () => {
        const details = await startOnDemand(await present(), part, onProgress);
        await writeDetails(details);
        return details;
      }),
    remove: (part) =>
      alone(async () => {
        const details = await endOnDemand(await present(), part);
        await writeDetails(details);
        return details;
      }),
    installHostFiles: async (hostFiles) => installHostFiles(await present(), hostFiles),
    ssh: async (node, { key = 'person', command = [] } = {}) =>
      sshCommand(await present(), { node, key, command }),
    kubeconfig: async (user = 'admin') => (await present()).kubeconfigs[user],
    leftBehind: () => leftBehind(lab),
  };
}

function assertPossible(): void {
  const { possible, missing } = can();
  if (!possible) throw impossible(missing);
}

function sshCommand(
  details: LabDetails,
  {
    node,
    key,
    command,
  }: { node: string; key: 'person' | 'reading' | 'changing'; command: readonly string[] },
): string[] {
  const { address } = nodeNamed(layoutOf(details), node);
  const { ssh } = details;
  const options = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${ssh.knownHosts}`,
    'GlobalKnownHostsFile=/dev/null',
  ].flatMap((option) => ['-o', option]);
  const identity = {
    person: join(details.stateDirectory, 'ssh', 'oncall-person'),
    reading: ssh.readingKey,
    changing: ssh.changingKey,
  }[key];
  return ['ssh', '-F', 'none', ...options, '-i', identity, `${ssh.user}@${address}`, ...command];
}
