import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { implementRead, type ImplementedStep } from '../../activities/kit/index.ts';
import { kubernetes, type DrainPreview } from '../../activities/kubernetes/contract.ts';
import { startEngine, type Engine, type Run } from '../workflows/harness.ts';
import { nodeDescribed } from './node.ts';
import { ON_CALL } from './on-call.ts';
import { changing } from './stage.ts';

type Refused = DrainPreview['refused'][number];
type Budget = DrainPreview['budgets'][number];

/** Three nodes with two pods of `web` each. */
class Fleet {
  readonly effects: string[] = [];
  readonly cordoned = new Map<string, string>();
  readonly notReady = new Set<string>();
  readonly refused = new Map<string, Refused>();
  readonly budgets = new Map<string, Budget>();
  /** Pods that the first drain of a node does not get rid of. */
  stubborn = 0;
  webIsWell = true;
  boots = 1;

  readonly nodes = ['n1', 'n2', 'n3'];
  pods = new Map(this.nodes.map((n) => [n, [`${n}-a`, `${n}-b`]]));

  drain(node: string) {
    this.effects.push(`drain ${node}`);
    const all = this.pods.get(node) ?? [];
    const left = all.slice(0, this.stubborn);
    this.stubborn = 0;
    this.pods.set(node, left);
    return {
      node,
      gone: all.length - left.length,
      left: left.map((name) => ({
        namespace: 'shop',
        name,
        uid: name,
        why: 'shop/web: needs 2 healthy pods',
      })),
    };
  }
}

let fleet = new Fleet();
beforeEach(() => void (fleet = new Fleet()));

const web = { kind: 'Deployment', name: 'web', uid: 'web' };
const describe = (name: string) =>
  nodeDescribed(name, {
    ready: fleet.notReady.has(name) ? 'False' : 'True',
    unschedulable: fleet.cordoned.has(name),
    bootID: `boot-${fleet.boots}`,
  });
const state = (node: string) => ({
  node,
  uid: node,
  unschedulable: fleet.cordoned.has(node),
  cordonedBy: fleet.cordoned.get(node) ?? null,
});

const steps: ImplementedStep[] = [
  implementRead(kubernetes.listNodes, async () => ({
    nodes: fleet.nodes.map((name) => ({
      name,
      uid: name,
      ready: fleet.notReady.has(name) ? 'False' : 'True',
      unschedulable: fleet.cordoned.has(name),
      cordonedBy: fleet.cordoned.get(name) ?? null,
      zone: null,
      kubeletVersion: 'v1.34.4',
    })),
  })),
  implementRead(kubernetes.describeNode, async ({ node }) => describe(node)),
  implementRead(kubernetes.nodeReady, async ({ node }) =>
    fleet.notReady.has(node)
      ? { verdict: 'fail', reason: `${node} is not Ready` }
      : { verdict: 'pass', reason: `${node} is Ready` },
  ),
  implementRead(kubernetes.previewDrain, async ({ node }) => ({
    node,
    uid: node,
    evict: (fleet.pods.get(node) ?? []).map((name) => ({
      namespace: 'shop',
      name,
      uid: name,
      workload: web,
    })),
    ignored: [{ namespace: 'kube-system', name: `proxy-${node}`, uid: 'p', why: 'its DaemonSet keeps it' }],
    refused: fleet.refused.has(node) ? [fleet.refused.get(node)!] : [],
    budgets: fleet.budgets.has(node) ? [fleet.budgets.get(node)!] : [],
    noRoom: [],
  })),
  implementRead(kubernetes.rolloutStatus, async () => ({
    verdict: fleet.webIsWell ? 'pass' : 'fail',
    reason: fleet.webIsWell ? '6 of 6 are available' : '4 of 6 are available',
    state: fleet.webIsWell ? 'complete' : 'progressing',
    desired: 6,
    updated: 6,
    ready: 6,
    available: 6,
    revision: 1,
  })),
  changing(kubernetes.cordonNode, {
    preconditions: { uid: 'n', unschedulable: false, cordonedBy: null },
    preimage: { node: 'n', uid: 'n', unschedulable: false, cordonedBy: null },
    does: ({ node, reason }) => {
      fleet.effects.push(`cordon ${node}`);
      fleet.cordoned.set(node, reason ?? '');
      return state(node);
    },
  }),
  changing(kubernetes.uncordonNode, {
    preconditions: { uid: 'n', unschedulable: true, cordonedBy: null },
    preimage: { node: 'n', uid: 'n', unschedulable: true, cordonedBy: null },
    does: ({ node }) => {
      fleet.effects.push(`uncordon ${node}`);
      fleet.cordoned.delete(node);
      return state(node);
    },
  }),
  changing(kubernetes.drainNode, {
    preconditions: { nodeUid: 'n', pods: [] },
    preimage: {},
    does: ({ node }) => fleet.drain(node),
  }),
];

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({
    entry: new URL('../../worker/entry.ts', import.meta.url),
    steps,
    people: ON_CALL,
  });
});
afterAll(() => engine.stop());

const start = (input: object) =>
  engine.start('node-drain-for-maintenance', { reason: 'kernel update', withinSeconds: 2, ...input });
async function answer(run: Run, title: RegExp, said: string) {
  const question = await run.question((q) => title.test(q.title));
  await run.decide(question, { answer: said });
  return question;
}

test('node after node: cordon, drain, work, back; the next is not touched before', async () => {
  const run = await start({ nodes: ['n1', 'n2', 'n1'] });
  const first = await answer(run, /^Empty n1 \(1 of 2\) for kernel update$/, 'approve');
  expect(first.body).toMatch(/2 pods leave the node, 1 stay/);
  const work = await run.question((q) => /^n1 is empty and cordoned: kernel update$/.test(q.title));
  expect(fleet.effects).toEqual(['cordon n1', 'drain n1']);
  fleet.boots = 2;
  await run.decide(work, { answer: 'done' });
  await answer(run, /^Empty n2 \(2 of 2\)/, 'approve');
  expect(fleet.effects.slice(0, 3)).toEqual(['cordon n1', 'drain n1', 'uncordon n1']);
  const last = await answer(run, /^n2 is empty/, 'done');
  expect(last.options.map((o) => o.answer)).not.toContain('stop');
  expect(await run.end()).toEqual({ outcome: 'completed', result: { done: ['n1', 'n2'], notTouched: [] } });
  expect(fleet.effects.slice(3)).toEqual(['cordon n2', 'drain n2', 'uncordon n2']);
  expect((await run.state()).journal.map((e) => JSON.stringify(e)).join()).toMatch(/it was rebooted/);
});

test('a person stops after the first: the node is put back, the others are left alone', async () => {
  const run = await start({ nodes: ['n1', 'n2'] });
  await answer(run, /^Empty n1/, 'approve');
  await answer(run, /^n1 is empty/, 'stop');
  expect(await run.end()).toMatchObject({ result: { done: ['n1'], notTouched: ['n2'] } });
  expect(fleet.effects).toEqual(['cordon n1', 'drain n1', 'uncordon n1']);
});

test('what a budget held back in the time is named and asked for anew', async () => {
  fleet.stubborn = 1;
  const run = await start({ nodes: ['n1'] });
  await answer(run, /^Empty n1/, 'approve');
  const again = await answer(run, /^Go on emptying n1: 1 pods are still there$/, 'approve');
  expect(again.body).toMatch(/shop\/n1-a: shop\/web: needs 2 healthy pods/);
  await answer(run, /^n1 is empty/, 'done');
  expect(await run.end()).toMatchObject({ outcome: 'completed' });
  expect(fleet.effects).toEqual(['cordon n1', 'drain n1', 'drain n1', 'uncordon n1']);
});

test.each<[string, () => unknown, RegExp]>([
  [
    'a pod that would not come back, on the second node',
    () =>
      fleet.refused.set('n2', {
        namespace: 'shop',
        name: 'cache',
        uid: 'c',
        why: 'it declares no controller',
      }),
    /^n2 cannot be emptied: 1 thing/,
  ],
  [
    'a budget that never lets one go',
    () =>
      fleet.budgets.set('n1', {
        namespace: 'shop',
        name: 'web',
        allowed: 0,
        pods: 2,
        never: true,
        because: '2 of 2 pods are healthy, 2 have to be: it never lets one go',
      }),
    /^n1 cannot be emptied/,
  ],
  ['a node that is not there', () => (fleet.nodes.length = 1), /^There is no node n2/],
])('%s: found before anything is touched', async (_, arrange, reason) => {
  arrange();
  const run = await start({ nodes: ['n1', 'n2'] });
  expect(await run.end()).toMatchObject({
    outcome: 'handed-over',
    result: { reason: expect.stringMatching(reason) },
  });
  expect(fleet.effects).toEqual([]);
});

test('another node is out already: a person says whether to go on', async () => {
  fleet.notReady.add('n3');
  fleet.cordoned.set('n3', 'somebody else');
  const run = await start({ nodes: ['n1'] });
  const hold = await run.question((q) => q.kind === 'hold');
  expect(hold.title).toBe('1 of 3 nodes are out already; drain n1 too?');
  expect(hold.body).toMatch(/n3: Ready False, cordoned by somebody else/);
  expect(fleet.effects).toEqual([]);
  await run.decide(hold, { answer: 'go-on' });
  await answer(run, /^Empty n1/, 'approve');
  await answer(run, /^n1 is empty/, 'done');
  expect(await run.end()).toMatchObject({ outcome: 'completed' });
});

test('a node that does not come back Ready stays cordoned, and that is what is handed over', async () => {
  const run = await start({ nodes: ['n1', 'n2'] });
  await answer(run, /^Empty n1/, 'approve');
  const work = await run.question((q) => /^n1 is empty/.test(q.title));
  fleet.notReady.add('n1');
  await run.decide(work, { answer: 'done' });
  await answer(run, /^n1 is Ready: what now/, 'skip');
  await answer(run, /Uncordon n1/, 'skip');
  expect(await run.end()).toMatchObject({
    outcome: 'handed-over',
    result: { reason: 'n1 is still cordoned.' },
  });
  expect(fleet.effects).toEqual(['cordon n1', 'drain n1']);
});

test('what was moved is not well elsewhere: the work on the node does not begin', async () => {
  const run = await start({ nodes: ['n1'] });
  const plan = await run.question((q) => /^Empty n1/.test(q.title));
  fleet.webIsWell = false;
  await run.decide(plan, { answer: 'approve' });
  const hold = await run.question((q) => /^What left n1 is well elsewhere/.test(q.title));
  expect(hold.body).toMatch(/web: 4 of 6 are available/);
  fleet.webIsWell = true;
  await run.decide(hold, { answer: 'retry' });
  await answer(run, /^n1 is empty/, 'done');
  expect(await run.end()).toMatchObject({ outcome: 'completed' });
});
