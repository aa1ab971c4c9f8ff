/**
 * B5: nodes drained one after the other, beside `kubectl drain` of the same nodes: with no budget in the way, and with
 * one that lets a single pod go at a time. Ours is what a run does of it: every cordon and every drain planned against
 * the API server, then carried out.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubernetesClients, type KubernetesClient } from '../activities/kubernetes/clients.ts';
import { drainNode } from '../activities/kubernetes/draining/drain-node.ts';
import { cordonNode } from '../activities/kubernetes/nodes/cordon-node.ts';
import type { ImplementedChange } from '../activities/kit/index.ts';
import { run } from '../embedded/command.ts';
import type { Closing } from './house/closing.ts';
import { startPlayedCluster, type PlayedCluster } from './house/played-cluster.ts';
import { alternate, type Plan } from './measure/alternate.ts';
import { compare, ofBlocks, type Comparison } from './measure/compare.ts';
import { mean, ratioPairs, spread, type Spread } from './measure/statistics.ts';

const LIMIT_MS = 20 * 60_000;

export interface Drains {
  readonly nodes: number;
  readonly podsPerNode: number;
  readonly free: Comparison & Drained;
  readonly bound: Drained & {
    readonly nodes: number;
    /** kubectl by ours. */
    readonly kubectlByNightshift: Spread;
  };
}

interface Drained {
  readonly nightshiftMs: Spread;
  readonly peerMs: Spread;
  /** Requests to the API server for each pod. */
  readonly requests: { readonly nightshift: number; readonly peer: number };
}

interface Wanted {
  readonly nodes: number;
  readonly podsPerNode: number;
  /** So many of the nodes where a budget lets one pod go at a time. */
  readonly bound: number;
  readonly plan: (which: string) => Plan;
}

interface Turn {
  readonly ms: number;
  readonly requests: number;
}

/** `outer` ends what is open when the benchmark is interrupted. */
export async function drains({ nodes, podsPerNode, bound, plan }: Wanted, outer: Closing): Promise<Drains> {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-bench-drains-'));
  outer.add(() => rm(folder, { recursive: true, force: true }));
  const cluster = await startPlayedCluster(folder, { nodes, podsPerNode }, outer);
  const client = createKubernetesClients({ kubeconfig: cluster.kubeconfig, requestTimeoutMs: 60_000 });
  outer.add(() => client.close());
  const turn =
    (agent: string, drain: (names: readonly string[]) => Promise<unknown>, names: readonly string[]) =>
    async (): Promise<Turn> => {
      await cluster.reset();
      const before = await cluster.requestsOf(agent);
      const from = performance.now();
      await drain(names);
      return { ms: performance.now() - from, requests: (await cluster.requestsOf(agent)) - before };
    };
  const ours = (names: readonly string[]) => turn('nightshift', (of) => byNightshift(client, of), names);
  const theirs = (names: readonly string[]) => turn('kubectl', (of) => byKubectl(cluster, of), names);

  const all = cluster.nodes;
  await cluster.allow('all');
  const free = await alternate<Turn>(
    [
      { name: 'peer', measure: theirs(all) },
      { name: 'nightshift', measure: ours(all) },
      { name: 'again', measure: theirs(all) },
    ],
    plan('without a budget'),
  );
  const few = all.slice(0, bound);
  await cluster.allow('one');
  const tight = await alternate<Turn>(
    [
      { name: 'peer', measure: theirs(few) },
      { name: 'nightshift', measure: ours(few) },
    ],
    plan('one pod at a time'),
  );
  const drained = (turns: Record<string, Turn[][]>, pods: number): Drained => {
    const perPod = (name: string) => mean(turns[name]!.flat().map(({ requests }) => requests / pods));
    return {
      nightshiftMs: spread(msOf(turns['nightshift'])),
      peerMs: spread(msOf(turns['peer'])),
      requests: { nightshift: perPod('nightshift'), peer: perPod('peer') },
    };
  };
  return {
    ...{ nodes, podsPerNode },
    free: {
      ...drained(free, nodes * podsPerNode),
      ...compare({
        ours: msOf(free['nightshift']),
        theirs: msOf(free['peer']),
        theirsAgain: msOf(free['again']),
      }),
    },
    bound: {
      ...{ nodes: bound, ...drained(tight, bound * podsPerNode) },
      kubectlByNightshift: spread(ratioPairs(msOf(tight['peer']), msOf(tight['nightshift']))),
    },
  };
}

const msOf = (blocks: Turn[][] = []): number[] => ofBlocks(blocks.map((turns) => turns.map(({ ms }) => ms)));

function byKubectl({ kubectl, kubeconfig }: PlayedCluster, nodes: readonly string[]): Promise<unknown> {
  const args = ['--kubeconfig', kubeconfig, 'drain', ...nodes, '--ignore-daemonsets', '--timeout=1200s'];
  return run(kubectl, args, { timeoutMs: LIMIT_MS });
}

/** As kubectl: every node is cordoned first. */
async function byNightshift(client: KubernetesClient, nodes: readonly string[]): Promise<void> {
  for (const node of nodes) await carryOut(cordonNode(client), { node });
  for (const node of nodes) {
    const { left } = await carryOut<{ left: unknown[] }>(drainNode(client), {
      ...{ node, deleteEmptyDirData: false, force: false, withinSeconds: 280 },
    });
    if (left.length > 0) throw new Error(`${node} was not drained: ${JSON.stringify(left)}`);
  }
}

/** A change, planned and carried out as the worker does it. */
async function carryOut<O>({ implementation }: ImplementedChange, input: unknown): Promise<O> {
  const context = {
    signal: AbortSignal.timeout(LIMIT_MS),
    heartbeat: () => undefined,
    deadline: new Date(Date.now() + LIMIT_MS),
    operation: `bench/${crypto.randomUUID()}/1/0`,
  };
  const { preconditions } = await implementation.plan(input, { ...context, run: 'bench/', earlier: [] });
  const applied = await implementation.apply(input, preconditions, {
    ...{ ...context, attempt: 1, reason: 'the bench says so', keep: () => Promise.resolve(undefined) },
  });
  return applied.output as O;
}
