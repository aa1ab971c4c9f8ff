/**
 * A cluster with its controllers and scheduler, whose nodes and pods kwok plays: pods are made, placed, become ready
 * and go as everywhere, and run nothing. Twenty nodes are to be drained, twenty more take what leaves them.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { buildGo, resolveBinaries } from '../../embedded/binaries/index.ts';
import { startProcess } from '../../embedded/processes.ts';
import { startApiServer } from './api-server.ts';
import type { Closing } from './closing.ts';

export interface PlayedCluster {
  readonly kubeconfig: string;
  readonly kubectl: string;
  /** The nodes that are drained. */
  readonly nodes: readonly string[];
  /** As it was before a drain: so many ready pods on each of those nodes, room on as many others. */
  reset(): Promise<void>;
  /** At most one pod may be away at a time, or as many as a drain takes. */
  allow(atOnce: 'one' | 'all'): Promise<void>;
  /** How many requests the API server has answered to programs whose user agent begins so. */
  requestsOf(agent: string): Promise<number>;
}

const NAMESPACE = 'default';
const LABELS = { app: 'load' };
const SETTLED_MS = 300_000;

interface Condition {
  readonly type: string;
  readonly status: string;
}

interface Pod {
  readonly metadata: { readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly conditions?: readonly Condition[] };
}

interface Node {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly taints?: readonly unknown[] };
  readonly status: { readonly conditions?: readonly Condition[] };
}

export async function startPlayedCluster(
  folder: string,
  { nodes: count, podsPerNode }: { readonly nodes: number; readonly podsPerNode: number },
  closing: Closing,
): Promise<PlayedCluster> {
  const auditLog = join(folder, 'audit.log');
  const api = await startApiServer(folder, closing, { auditLog });
  const programs = {
    ...(await resolveBinaries(['kube-controller-manager', 'kube-scheduler', 'kubectl'])),
    kwok: await buildGo({ name: 'kwok', dir: join(import.meta.dirname, 'kwok') }),
  };
  const { kubeconfig } = api;
  const parts = {
    'kube-controller-manager': [
      ...[`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0'],
      ...[`--service-account-private-key-file=${api.tokenKey}`, `--root-ca-file=${api.authority}`],
      ...['--kube-api-qps=500', '--kube-api-burst=1000'],
      // Nobody renews the leases of played nodes; without their pods being made unready for it, a drain measures only itself.
      '--node-monitor-grace-period=24h',
    ],
    'kube-scheduler': [
      ...[`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0'],
      ...['--kube-api-qps=500', '--kube-api-burst=1000'],
    ],
    kwok: [`--kubeconfig=${kubeconfig}`, '--manage-all-nodes=true', '--server-address=127.0.0.1:0'],
  } as const;
  for (const [name, args] of Object.entries(parts)) {
    const command = programs[name as keyof typeof parts];
    const started = await startProcess({
      name,
      command,
      args: [...args],
      logFile: join(folder, `${name}.log`),
    });
    closing.add(() => started.stop());
  }
  return play({ ...api, kubectl: programs.kubectl, auditLog, count, podsPerNode });
}

async function play(o: {
  readonly url: string;
  readonly dispatcher: Awaited<ReturnType<typeof startApiServer>>['dispatcher'];
  readonly kubeconfig: string;
  readonly kubectl: string;
  readonly auditLog: string;
  readonly count: number;
  readonly podsPerNode: number;
}): Promise<PlayedCluster> {
  const { url, dispatcher, kubeconfig, kubectl, auditLog, count, podsPerNode } = o;
  const named = (prefix: string) => Array.from({ length: count }, (_, i) => `${prefix}-${i + 1}`);
  const [nodes, others] = [named('drained'), named('other')];
  const pods = count * podsPerNode;

  for (const name of [...nodes, ...others]) await call('POST', '/api/v1/nodes', node(name));
  await call('POST', `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`, deployment(pods));
  await call('POST', `/apis/policy/v1/namespaces/${NAMESPACE}/poddisruptionbudgets`, {
    ...{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'load' } },
    spec: { selector: { matchLabels: LABELS }, maxUnavailable: pods },
  });
  return { kubeconfig, kubectl, nodes, reset, allow, requestsOf };

  async function call<T>(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<T> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const answer = await request(`${url}${path}`, {
      ...{ method, dispatcher, headers: { 'content-type': type, 'user-agent': 'bench' } },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    return JSON.parse(text) as T;
  }

  async function cordon(names: readonly string[], unschedulable: true | null): Promise<void> {
    for (const name of names)
      await call('PATCH', `/api/v1/nodes/${name}`, {
        metadata: {
          annotations: { 'nightshift.dev/cordoned-by': null, 'nightshift.dev/cordoned-why': null },
        },
        spec: { unschedulable },
      });
  }

  /** Placed before all of these take pods, the pods would crowd on the few that do. */
  async function openToPods(names: readonly string[]): Promise<void> {
    let closed = names;
    for (const end = Date.now() + SETTLED_MS; closed.length > 0; await sleep(200)) {
      if (Date.now() > end) throw new Error(`these nodes take no pods: ${closed.join(', ')}`);
      const { items } = await call<{ items: Node[] }>('GET', '/api/v1/nodes');
      const open = items.filter(
        ({ spec, status }) => !spec.taints?.length && status.conditions?.some(saysReady),
      );
      closed = names.filter((name) => !open.some(({ metadata }) => metadata.name === name));
    }
  }

  async function reset(): Promise<void> {
    await cordon(others, true);
    await cordon(nodes, null);
    await openToPods(nodes);
    await call('DELETE', `/api/v1/namespaces/${NAMESPACE}/pods?gracePeriodSeconds=0`);
    let seen = '';
    for (const end = Date.now() + SETTLED_MS; ; await sleep(200)) {
      const { items } = await call<{ items: Pod[] }>('GET', `/api/v1/namespaces/${NAMESPACE}/pods`);
      const ready = items.filter(isReady);
      const on = nodes.map((name) => ready.filter(({ spec }) => spec.nodeName === name).length);
      if (items.length === pods && on.every((n) => n === podsPerNode)) break;
      seen = `${items.length} pods, ready on each node: ${on.join(' ')}`;
      if (Date.now() > end) throw new Error(`the cluster did not settle: ${seen}`);
    }
    await cordon(others, null);
  }

  async function allow(atOnce: 'one' | 'all'): Promise<void> {
    const spec = { maxUnavailable: atOnce === 'one' ? 1 : pods };
    await call('PATCH', `/apis/policy/v1/namespaces/${NAMESPACE}/poddisruptionbudgets/load`, { spec });
  }

  async function requestsOf(agent: string): Promise<number> {
    const lines = (await readFile(auditLog, 'utf8')).split('\n').filter(Boolean);
    return lines.filter((line) => (JSON.parse(line) as { userAgent?: string }).userAgent?.startsWith(agent))
      .length;
  }
}

const isReady = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined && (status.conditions ?? []).some(saysReady);

function saysReady({ type, status }: Condition): boolean {
  return type === 'Ready' && status === 'True';
}

function node(name: string) {
  const resources = { cpu: '32', memory: '256Gi', pods: '400' };
  return {
    ...{ apiVersion: 'v1', kind: 'Node' },
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    status: { allocatable: resources, capacity: resources },
  };
}

/** Spread evenly over the nodes that take pods. */
function deployment(replicas: number) {
  const spread = {
    ...{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule' },
    ...{ labelSelector: { matchLabels: LABELS }, nodeTaintsPolicy: 'Honor' },
  };
  const container = { name: 'load', image: 'nothing', resources: { requests: { cpu: '10m' } } };
  return {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'load' } },
    spec: {
      replicas,
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: {
          containers: [container],
          topologySpreadConstraints: [spread],
          terminationGracePeriodSeconds: 0,
        },
      },
    },
  };
}
