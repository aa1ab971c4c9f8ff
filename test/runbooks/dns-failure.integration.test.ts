import { expect, test } from '@jest/globals';
import { implementRead, type ImplementedStep } from '../../activities/kit/index.ts';
import { kubernetes, type ConfigurationSource, type Pod } from '../../activities/kubernetes/contract.ts';
import type { Lookup } from '../../runbooks/analysis/dns-fault.ts';
import { handsOver } from './hands-over.ts';
import { onStage } from './on-stage.ts';
import { rollout } from './rollout.ts';
import { pod } from './pod.ts';
import { changing } from './stage.ts';

const SERVICE = '10.96.0.10';
const OUT = 'www.example.com';
type Answer = Lookup['answer'];

const server = (number: number): Pod => ({
  ...pod(`dns-${number}`, { workload: 'dns' }),
  podIP: `10.244.1.${number}`,
});
const edited: ConfigurationSource = {
  kind: 'ConfigMap',
  name: 'dns',
  state: 'there',
  immutable: false,
  keys: ['Corefile'],
  lastEdit: { by: 'kubectl-edit', at: '2026-11-21T02:44:00Z' },
  changes: [
    { key: 'Corefile', applied: 'forward . 10.0.0.53', present: 'forward . 10.0.0.35', hidden: false },
  ],
};

/** Two DNS servers behind a Service, and what is heard of them. */
class Dns {
  readonly #namespace: string;
  pods: Pod[] = [server(1), server(2)];
  sources: ConfigurationSource[] = [];
  hears: (asked: { node: string; name: string; server: string }) => Answer = () => 'address';
  helps = true;
  readonly effects: string[] = [];

  constructor(namespace: string, over: Partial<Dns> = {}) {
    this.#namespace = namespace;
    Object.assign(this, over);
  }

  #did(what: string): void {
    this.effects.push(what);
    if (this.helps) this.hears = () => 'address';
  }

  get steps(): ImplementedStep[] {
    const service = {
      namespace: this.#namespace,
      name: 'dns',
      uid: 'svc',
      created: '2026-11-01T00:00:00Z',
      type: 'ClusterIP',
      clusterIPs: [SERVICE],
      ports: [],
    };
    return [
      implementRead(kubernetes.serviceBackends, async () => ({
        service: { ...service, selector: { app: 'dns' }, applied: null, lastEdit: null },
        workloads: [],
      })),
      implementRead(kubernetes.endpointsOf, async () => ({
        service,
        selector: 'app=dns',
        ready: 2,
        endpoints: [],
        mismatches: [],
      })),
      implementRead(kubernetes.listPods, async () => ({
        pods: this.pods.map((p) => ({ ...p, namespace: this.#namespace })),
      })),
      implementRead(kubernetes.configurationOf, async () => ({
        found: true,
        references: [],
        sources: this.sources,
      })),
      implementRead(kubernetes.podLogs, async ({ unexpected }) => ({
        container: 'main',
        available: true,
        linesRead: 1,
        expected: [],
        unexpected: unexpected.map((pattern) => ({ pattern, count: 0 })),
        lines: [],
      })),
      implementRead(kubernetes.rolloutStatus, async () => rollout(true)),
      changing(kubernetes.lookUpFromNode, {
        preconditions: { nodeUid: 'n' },
        preimage: {},
        does: (asked) => {
          const answer = this.hears(asked);
          const verdict = answer === 'address' ? ('pass' as const) : ('fail' as const);
          return { node: asked.node, verdict, reason: `${asked.node}: ${answer}`, answer, addresses: [] };
        },
      }),
      changing(kubernetes.setConfigMapKeys, {
        preconditions: { uid: 'cm', present: {} },
        preimage: { uid: 'cm', values: {} },
        does: ({ configMap, values }) => {
          this.effects.push(`set ${Object.keys(values).join(', ')} of ${configMap}`);
          return { uid: 'cm', keys: Object.keys(values) };
        },
      }),
      changing(kubernetes.rolloutRestart, {
        preconditions: { uid: 'd', template: 't', written: 'w', paused: false },
        preimage: { uid: 'd' },
        does: ({ kind, name }) => {
          this.#did(`restart ${name}`);
          return { workload: { kind, name, uid: 'd' }, generation: 2, template: 'w' };
        },
      }),
      changing(kubernetes.deletePod, {
        preconditions: { uid: 'u', node: null, owner: null, sick: false },
        preimage: {
          namespace: 'n',
          name: 'b',
          uid: 'u',
          node: null,
          owner: null,
          templateHash: null,
          images: [],
        },
        does: ({ pod: { namespace, name } }) => {
          this.#did(`delete ${name}`);
          return { namespace, name, uid: 'u', note: 'deleted' };
        },
      }),
    ];
  }
}

/** Asked only where it was named. */
const node = (name: string) => ({
  name,
  uid: name,
  ready: 'Unknown' as const,
  unschedulable: false,
  cordonedBy: null,
  zone: null,
  kubeletVersion: 'v1.34.4',
});
const outsideFails = ({ name }: { name: string }): Answer => (name === OUT ? 'failed' : 'address');
const scenes = {
  forward: new Dns('forward', { sources: [edited], hears: outsideFails }),
  upstream: new Dns('upstream', { hears: outsideFails }),
  deaf: new Dns('deaf', { hears: ({ server: at }) => (at === '10.244.1.2' ? 'silent' : 'address') }),
  node: new Dns('node', { hears: ({ node }) => (node === 'node-w2' ? 'silent' : 'address') }),
  half: new Dns('half', {
    hears: ({ node, server: at }) => (node === 'half-w1' && at === '10.244.1.2' ? 'silent' : 'address'),
  }),
  nobody: new Dns('nobody', { hears: ({ name }) => (name === OUT ? 'nxdomain' : 'address') }),
  down: new Dns('down', {
    pods: [{ ...server(1), ready: false, condition: 'sick', because: 'CrashLoopBackOff' }],
  }),
  over: new Dns('over'),
  stuck: new Dns('stuck', { sources: [edited], hears: outsideFails, helps: false }),
};
const nodes = implementRead(kubernetes.listNodes, async () => ({
  nodes: Object.keys(scenes).flatMap((scene) => [1, 2].map((n) => node(`${scene}-w${n}`))),
}));
const engine = onStage(scenes, [nodes]);
const start = (namespace: keyof typeof scenes) =>
  engine.start('dns-failure', {
    namespace,
    service: 'dns',
    names: [OUT],
    nodes: [`${namespace}-w1`, `${namespace}-w2`],
    withinSeconds: 1,
  });

test('the forward was edited: names of the cluster resolve, others do not; it is put back once, and looked up again', async () => {
  const run = await start('forward');
  const question = await run.question();
  expect(question.title).toBe('Put Corefile of ConfigMap dns back to what was applied, and restart dns');
  expect(question.body).toMatch(/2 answered.*kubectl-edit wrote it at/s);
  await run.decide(question, { answer: 'approve' });
  expect(await run.end()).toMatchObject({
    outcome: 'completed',
    result: {
      done: 'Corefile of ConfigMap dns was put back',
      found: expect.stringMatching(/No lookup fails now/),
    },
  });
  expect(scenes.forward.effects).toEqual(['set Corefile of dns', 'restart dns']);
});

test('one server is deaf: that one is replaced', async () => {
  const run = await start('deaf');
  const question = await run.question();
  expect(question.title).toBe('Replace the DNS server dns-2');
  await run.decide(question, { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  expect(scenes.deaf.effects).toEqual(['delete dns-2']);
});

handsOver({ start, scenes }, [
  [
    'the upstream does not answer, and nobody edited anything',
    'upstream',
    /Nothing is known to have changed/,
  ],
  ['one node hears nothing', 'node', /From node-w2 nothing is heard/],
  ['one node does not hear one server', 'half', /dns-2 answers half-w2 and is not heard by half-w1/],
  ['there is no such name', 'nobody', /there is no www\.example\.com/],
  ['no server is ready', 'down', /None of 1 DNS servers is ready/],
]);

test('all names resolve: over', async () => {
  expect(await (await start('over')).end()).toMatchObject({ outcome: 'completed', result: { over: true } });
});

test('put back, and names still do not resolve: handed over with who hears what', async () => {
  const run = await start('stuck');
  await run.decide(await run.question(), { answer: 'approve' });
  expect(await run.end()).toMatchObject({
    outcome: 'handed-over',
    result: {
      reason: expect.stringMatching(/was put back, and names still do not resolve: Names of the cluster/),
    },
  });
});
