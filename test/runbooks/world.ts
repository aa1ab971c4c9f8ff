/**
 * A small world for a runbook to run in: pods on three nodes, one of which may not route, a database that may be down,
 * a revision that may be bad. The steps are typed by the real contracts; what they do to the world is written here.
 * Worlds are told apart by namespace and by the prefix of their nodes' names, so that several runs share one worker.
 */
import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import {
  implementChange,
  implementRead,
  StepFailure,
  type ImplementedStep,
} from '../../activities/kit/index.ts';
import { prometheus } from '../../activities/prometheus/contract.ts';
import { below } from '../../activities/prometheus/error-rate.ts';
import { kubeProxyTemplate, type WorldDaemonSet } from './world-daemonset.ts';
import { hostSteps } from './world-hosts.ts';
import { nodeDescribed } from './node.ts';
import { pod } from './pod.ts';
import { changing } from './stage.ts';

const MiB = 1024 * 1024;
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

export class World {
  readonly namespace: string;
  /** What was done, in order: `cordon w3`, `delete a`, ... */
  readonly effects: string[] = [];
  pods: Pod[] = [];
  readonly cordoned = new Map<string, string>();
  readonly notReady = new Set<string>();
  /** Nodes on which no probe pod can start. */
  readonly withoutProbes = new Set<string>();
  /** Pods that were replaced between being listed and being asked for their log. */
  readonly vanished = new Set<string>();
  /** Crashed once and is up again. */
  readonly backAgain = new Set<string>();
  readonly bad = { nodes: new Set<string>(), revisions: new Set<number>(), names: new Set<string>() };
  databaseIsDown = false;
  /** When the present revision was made; undefined: long ago. */
  rolledOutSecondsAgo: number | undefined;
  revision = 1;
  kubeProxy = { limitBytes: 20 * MiB, needBytes: 60 * MiB };
  /** Set where a DaemonSet runs kube-proxy and not systemd. One world of a worker may. */
  daemonSet: WorldDaemonSet | undefined;
  log = 'FATAL: database connection refused: 10.96.45.12:5432';
  /** Replaces the error rate that the pods would give. */
  errorRatio: number | undefined;
  #made = 0;

  readonly #now: () => number;

  constructor(namespace: string, { now = Date.now }: { now?: () => number } = {}) {
    this.namespace = namespace;
    this.#now = now;
  }

  ago = (seconds: number): string => new Date(this.#now() - seconds * 1000).toISOString();

  node = (number: number): string => `${this.namespace}-w${number}`;

  add(...pods: { node: number; revision?: number }[]): this {
    for (const { node, revision = this.revision } of pods) this.#start(this.node(node), revision);
    return this;
  }

  #start(node: string, revision: number): void {
    const name = `shop-${++this.#made}`;
    this.pods.push({
      ...pod(name, { node, revision, image: `shop:${revision}` }),
      namespace: this.namespace,
    });
  }

  /** Pods as they are now: sick where their node, revision, name or the database makes them so. */
  now(): Pod[] {
    return this.pods.map((p) => {
      const { nodes, revisions, names } = this.bad;
      const sick =
        this.databaseIsDown || nodes.has(p.node!) || revisions.has(p.revision!) || names.has(p.name);
      if (!sick && !this.backAgain.has(p.name)) return p;
      const end = { reason: 'Error', exitCode: 1, startedAt: this.ago(31), finishedAt: this.ago(30) };
      const [container] = p.containers;
      return {
        ...p,
        condition: 'sick',
        because: sick ? 'main: CrashLoopBackOff' : 'ready, but main runs for 5 s only',
        ready: !sick,
        restarts: sick ? 3 : 1,
        lastTermination: { container: 'main', ...end },
        containers: [{ ...container!, ready: !sick, lastTermination: end }],
      };
    });
  }

  get sick(): Pod[] {
    return this.now().filter((p) => p.condition === 'sick' && !p.ready);
  }

  get ratio(): number {
    return this.errorRatio ?? this.sick.length / Math.max(1, this.pods.length);
  }

  reaches(node: string | null): boolean {
    return !this.databaseIsDown && !this.bad.nodes.has(node ?? '');
  }

  delete(uid: string): void {
    const gone = this.pods.find((p) => p.uid === uid);
    if (!gone) return;
    this.effects.push(`delete ${gone.name}`);
    this.pods = this.pods.filter((p) => p !== gone);
    const free = [1, 2, 3].map(this.node).find((n) => !this.cordoned.has(n) && !this.notReady.has(n));
    if (free) this.#start(free, gone.revision!);
  }

  rollBack(to: number): void {
    this.effects.push(`roll back to ${to}`);
    this.revision = to;
    this.pods = this.pods.map((p) => ({ ...p, revision: to, images: [`shop:${to}`] }));
  }
}

/** All steps that the runbooks of this repository use, but for tickets, over the worlds given. */
export function worldSteps(worlds: readonly World[]): ImplementedStep[] {
  const of = (namespace: string | undefined) => worlds.find((w) => w.namespace === namespace)!;
  const at = (node: string) => worlds.find((w) => node.startsWith(`${w.namespace}-`))!;
  const inDaemonSet = worlds.find((w) => w.daemonSet);
  return [...reads(of, at, inDaemonSet), ...changes(of, at, inDaemonSet), ...hostSteps(at)];
}

type Of = (namespace: string | undefined) => World;
type At = (node: string) => World;

function reads(of: Of, at: At, inDaemonSet: World | undefined): ImplementedStep[] {
  const rate = (w: World) => ({
    state: 'known' as const,
    ratio: w.ratio,
    errorsPerSecond: 20 * w.ratio,
    totalPerSecond: 20,
    at: w.ago(0),
    ageSeconds: 0,
    query: 'errors / all',
  });
  const service = (w: World, name: string, ip: string, port: number) => ({
    namespace: w.namespace,
    name,
    uid: name,
    created: w.ago(86_400),
    type: 'ClusterIP',
    clusterIPs: [ip],
    ports: [
      {
        name: 'p',
        protocol: 'TCP' as const,
        port,
        targetPort: String(port),
        readyEndpoints: w.databaseIsDown ? 0 : 1,
      },
    ],
  });
  const services = (w: World) => [
    service(w, 'postgres', '10.96.45.12', 5432),
    service(w, 'shop', '10.96.45.20', 80),
  ];
  return [
    implementRead(prometheus.errorRate, async (i) => rate(of(i.namespace))),
    implementRead(prometheus.errorRateBelow, async (i) => below(rate(of(i.namespace)), i.below)),
    implementRead(prometheus.alerts, async () => ({
      state: 'known',
      active: [],
      fired: [],
      stepSeconds: 15,
    })),
    implementRead(kubernetes.listPods, async (i) => ({
      pods: (i.namespace === 'kube-system'
        ? (at(i.node!).daemonSet?.pods ?? [])
        : of(i.namespace).now()
      ).filter((p) => i.node === undefined || p.node === i.node),
    })),
    implementRead(kubernetes.podsReady, async (i) => {
      const pods = of(i.namespace).now();
      const ready = pods.filter((p) => p.ready).length;
      const pass = ready === pods.length && ready >= i.atLeast;
      return {
        verdict: pass ? 'pass' : 'fail',
        reason: `${ready} of ${pods.length} are ready`,
        ready,
        total: pods.length,
        terminating: 0,
        notReady: [],
        onExcludedNodes: [],
      };
    }),
    implementRead(kubernetes.listEvents, async () => ({ events: [] })),
    implementRead(kubernetes.whatChanged, async () => ({
      from: ago(600),
      until: ago(0),
      changes: [],
      notSeen: [],
    })),
    implementRead(kubernetes.rolloutHistory, async (i) => {
      const w = of(i.namespace);
      const made = (revision: number) => ({
        revision,
        name: `shop-${revision}`,
        uid: `rs-${revision}`,
        templateHash: `hash-${revision}`,
        created:
          revision === w.revision && w.rolledOutSecondsAgo !== undefined
            ? w.ago(w.rolledOutSecondsAgo)
            : w.ago(86_400),
        changeCause: null,
        images: [`shop:${revision}`],
        replicas: null,
        ready: null,
        current: revision === w.revision,
      });
      return {
        workload: { kind: 'Deployment', name: 'shop', uid: 'deployment' },
        paused: false,
        revisions: Array.from({ length: w.revision }, (_, n) => made(n + 1)),
      };
    }),
    implementRead(kubernetes.rolloutStatus, async (i) => {
      if (i.namespace === 'kube-system') return inDaemonSet!.daemonSet!.rollout;
      const w = of(i.namespace);
      const all = w.pods.length;
      return {
        verdict: w.sick.length === 0 ? 'pass' : 'fail',
        reason: `${all - w.sick.length} of ${all} are available`,
        state: w.sick.length === 0 ? 'complete' : 'progressing',
        desired: all,
        updated: all,
        ready: all - w.sick.length,
        available: all - w.sick.length,
        revision: w.revision,
      };
    }),
    implementRead(kubernetes.podLogs, async ({ pod: { namespace, name }, expected }) => {
      const { log, vanished } = of(namespace);
      if (vanished.has(name))
        throw new StepFailure('conflict', `Pod ${namespace}/${name} is another one now`);
      const lines = [{ text: log }];
      const count = (pattern: string) => ({
        pattern,
        ...(new RegExp(pattern, 'u').test(log) ? { count: 1, last: lines[0] } : { count: 0 }),
      });
      return {
        container: 'main',
        available: true,
        linesRead: 1,
        expected: expected.map(count),
        unexpected: [],
        lines,
      };
    }),
    implementRead(kubernetes.describeNode, async ({ node }) => {
      const w = at(node);
      return nodeDescribed(node, {
        created: w.ago(86_400),
        ready: w.notReady.has(node) ? 'False' : 'True',
        unschedulable: w.cordoned.has(node),
        cordonedBy: w.cordoned.get(node) ?? null,
      });
    }),
    implementRead(kubernetes.workloadResources, async () => kubeProxyTemplate(inDaemonSet)),
    implementRead(kubernetes.endpointsOf, async (i) => ({
      service: services(of(i.namespace))[1]!,
      selector: 'app=shop',
      ready: 1,
      endpoints: [],
      mismatches: [],
    })),
    implementRead(kubernetes.listServices, async (i) => ({
      count: 404,
      withReadyEndpoints: 404,
      readyEndpoints: 2_410,
      byNamespace: [],
      created: [{ minute: ago(300), namespace: 'merchants', count: 400 }],
      services: i.namespace === undefined ? [] : services(of(i.namespace)),
    })),
  ];
}

function changes(of: Of, at: At, inDaemonSet: World | undefined): ImplementedStep[] {
  const none = { diff: [], dryRun: 'none' as const };
  const connection = (reached: boolean) => ({
    verdict: reached ? ('pass' as const) : ('fail' as const),
    reason: reached ? 'connected' : 'timed out',
    exitCode: reached ? 0 : 1,
  });
  const noProbe = (node: string) => ({
    verdict: 'unknown' as const,
    reason: `the probe could not run on ${node}: ErrImageNeverPull`,
    exitCode: null,
  });
  return [
    implementChange(kubernetes.execInPod, {
      plan: async () => ({ ...none, preconditions: { uid: 'pod', container: 'main' }, preimage: {} }),
      apply: async ({ pod: { namespace, name } }) => {
        const w = of(namespace);
        const reached = w.reaches(w.pods.find((p) => p.name === name)!.node);
        return {
          outcome: 'applied',
          output: { ...connection(reached), container: 'main', stdout: '', stderr: '' },
        };
      },
      probe: async () => ({ state: 'not-applied' }),
    }),
    implementChange(kubernetes.probeFromNode, {
      plan: async ({ node }) => ({ ...none, preconditions: { nodeUid: `uid-${node}` }, preimage: {} }),
      apply: async ({ node }) => ({
        outcome: 'applied',
        output: {
          ...(at(node).withoutProbes.has(node) ? noProbe(node) : connection(at(node).reaches(node))),
          ...{ node, pod: 'probe', output: '' },
        },
      }),
      probe: async () => ({ state: 'not-applied' }),
    }),
    implementChange(kubernetes.cordonNode, {
      plan: async ({ node }) => ({
        diff: [{ path: 'spec.unschedulable', before: null, after: true }],
        preconditions: { uid: `uid-${node}`, unschedulable: false, cordonedBy: null },
        preimage: { node, uid: `uid-${node}`, unschedulable: false, cordonedBy: null },
        dryRun: 'server',
      }),
      apply: async ({ node }, _, { operation }) => {
        at(node).cordoned.set(node, operation);
        at(node).effects.push(`cordon ${node}`);
        return {
          outcome: 'applied',
          output: { node, uid: `uid-${node}`, unschedulable: true, cordonedBy: operation },
        };
      },
      probe: async () => ({ state: 'unknown', reason: 'not asked here' }),
    }),
    implementChange(kubernetes.uncordonNode, {
      plan: async ({ node }, { earlier }) => ({
        diff: [{ path: 'spec.unschedulable', before: true, after: null }],
        preconditions: { uid: `uid-${node}`, unschedulable: true, cordonedBy: earlier[0]?.operation ?? null },
        preimage: { node, uid: `uid-${node}`, unschedulable: true, cordonedBy: null },
        dryRun: 'derived',
      }),
      apply: async ({ node }) => {
        at(node).cordoned.delete(node);
        at(node).effects.push(`uncordon ${node}`);
        return {
          outcome: 'applied',
          output: { node, uid: `uid-${node}`, unschedulable: false, cordonedBy: null },
        };
      },
      probe: async () => ({ state: 'unknown', reason: 'not asked here' }),
    }),
    implementChange(kubernetes.deletePod, {
      plan: async ({ pod: { namespace, name, uid = '' } }) => ({
        diff: [{ path: name, before: uid, after: null }],
        preconditions: { uid, node: null, owner: null, sick: true },
        preimage: { namespace, name, uid, node: null, owner: null, templateHash: null, images: [] },
        dryRun: 'server',
      }),
      apply: async ({ pod: { namespace, name, uid = '' } }) => {
        if (namespace === 'kube-system') inDaemonSet!.daemonSet!.delete(name);
        else of(namespace).delete(uid);
        return { outcome: 'applied', output: { namespace, name, uid, note: 'deleted' } };
      },
      probe: async () => ({ state: 'unknown', reason: 'not asked here' }),
    }),
    changing(kubernetes.setResources, {
      preconditions: { uid: 'd', template: 't', written: 'w', paused: false },
      preimage: { uid: 'd', template: 't', written: 'w', limits: {}, requests: {} },
      does: ({ kind, name, limits }) => {
        inDaemonSet!.daemonSet!.limit(limits.memory ?? 'none');
        return { workload: { kind, name, uid: 'd' }, generation: 2, template: 'w' };
      },
    }),
    implementChange(kubernetes.rolloutUndo, {
      plan: async (i) => ({
        diff: [{ path: 'spec.template', before: 'new', after: `revision ${i.toRevision}` }],
        preconditions: {
          uid: 'deployment',
          template: 'new',
          paused: false,
          replicaSet: { name: 'rs', uid: 'rs', templateHash: i.templateHash },
        },
        preimage: {
          namespace: i.namespace,
          deployment: i.deployment,
          uid: 'deployment',
          revision: 2,
          templateHash: 'hash-2',
          replicaSet: null,
          written: 'x',
        },
        dryRun: 'server',
      }),
      apply: async (i) => {
        of(i.namespace).rollBack(i.toRevision);
        return {
          outcome: 'applied',
          output: {
            deployment: { kind: 'Deployment', name: i.deployment, uid: 'deployment' },
            generation: 2,
            templateHash: i.templateHash,
          },
        };
      },
      probe: async () => ({ state: 'unknown', reason: 'not asked here' }),
    }),
  ];
}
