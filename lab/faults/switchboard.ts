import { readFileSync, statfsSync } from 'node:fs';
import { isRunning, readPart, startBackground } from '../machine/background.ts';
import { command } from '../machine/command.ts';
import { signalProcess } from '../machine/process-table.ts';
import { until } from '../machine/until.ts';
import { apiFromKubeconfig } from '../control-plane/api-from-kubeconfig.ts';
import { CONTROL_PLANE_PARTS } from '../control-plane/arguments.ts';
import { waitForApiServer } from '../control-plane/start-control-plane.ts';
import type { LabDetails } from '../details.ts';
import { layoutOf, nodeNamed } from '../layout.ts';
import { NODE_DISK } from '../node/start-node.ts';

/** What can be started again after it was killed. */
const RESTARTABLE = [...CONTROL_PLANE_PARTS, 'prometheus', 'target-discovery', 'alertmanager'] as const;
export type RestartablePart = (typeof RESTARTABLE)[number];

/** Faults that a test switches on and off. Each is undone by its opposite; none is undone by itself. */
export interface Switchboard {
  /** Pulls a node's cable: packets vanish, nothing is refused. */
  partition(node: string): Promise<void>;
  reconnect(node: string): Promise<void>;
  /** SIGSTOP: the part still has its connections and answers nobody. */
  pause(part: RestartablePart): void;
  resume(part: RestartablePart): void;
  /** SIGKILL; returns when the process has gone. */
  kill(part: RestartablePart): Promise<void>;
  /** Starts a killed part as it was started before; for the API server, returns when it is ready. */
  start(part: RestartablePart): Promise<void>;
  /** Leaves a node's root file system without a free byte. */
  fillDisk(node: string): Promise<void>;
  freeDisk(node: string): Promise<void>;
}

export function createSwitchboard(details: LabDetails): Switchboard {
  const layout = layoutOf(details);
  const { stateDirectory } = details;
  const part = (name: RestartablePart) => {
    const recorded = readPart(stateDirectory, name);
    if (!recorded) throw new Error(`the lab has no part "${name}"; it has ${RESTARTABLE.join(', ')}`);
    return recorded;
  };
  const signal = (name: RestartablePart, which: NodeJS.Signals): void => {
    if (!signalProcess(part(name).process, which)) throw new Error(`${name} does not run`);
  };
  const resizeDisk = (node: string, size: string): Promise<unknown> =>
    command(['mount', '-o', `remount,size=${size}`, nodeNamed(layout, node).directory]);

  return {
    partition: async (node) =>
      void (await command(['ip', 'link', 'set', nodeNamed(layout, node).link, 'nomaster'])),
    reconnect: async (node) =>
      void (await command(['ip', 'link', 'set', nodeNamed(layout, node).link, 'master', layout.bridge])),
    pause: (name) => signal(name, 'SIGSTOP'),
    resume: (name) => signal(name, 'SIGCONT'),
    async kill(name) {
      signal(name, 'SIGKILL');
      await until(`${name} has ended`, () => !isRunning(stateDirectory, name), {
        within: 180_000,
        every: 20,
      });
    },
    async start(name) {
      if (isRunning(stateDirectory, name)) return;
      startBackground(part(name));
      if (name !== 'kube-apiserver') return;
      const api = apiFromKubeconfig(readFileSync(details.kubeconfigs.admin, 'utf8'));
      await waitForApiServer(stateDirectory, api).finally(() => api.close());
    },
    async fillDisk(node) {
      // A file system never gets smaller than what is in it: what the node writes between the look and the remount has
      // the kernel refuse that size.
      await until(
        `the disk of ${node} is full`,
        async () => {
          const { blocks, bfree, bsize } = statfsSync(nodeNamed(layout, node).directory);
          await resizeDisk(node, String((blocks - bfree) * bsize));
          return true;
        },
        { within: 180_000, every: 10 },
      );
    },
    freeDisk: async (node) => void (await resizeDisk(node, NODE_DISK)),
  };
}
