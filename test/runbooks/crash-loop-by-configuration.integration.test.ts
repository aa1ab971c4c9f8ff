import { expect, test } from '@jest/globals';
import { implementRead, type ImplementedStep } from '../../activities/kit/index.ts';
import {
  kubernetes,
  type ConfigurationSource,
  type Difference,
  type Pod,
} from '../../activities/kubernetes/contract.ts';
import { handsOver } from './hands-over.ts';
import { onStage } from './on-stage.ts';
import { pod, sick } from './pod.ts';
import { changing } from './stage.ts';

const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString();

const looping = (name: string, revision = 2): Pod => {
  const made = sick(name, { revision, crashedAt: ago(20) });
  return { ...made, containers: made.containers.map((c) => ({ ...c, waiting: 'CrashLoopBackOff' })) };
};
const settings = (hidden = false): ConfigurationSource => ({
  kind: 'ConfigMap',
  name: 'settings',
  state: 'there',
  immutable: false,
  keys: ['RETRIES'],
  lastEdit: { by: 'kubectl-edit', at: ago(120) },
  changes: [{ key: 'RETRIES', applied: hidden ? null : '3', present: hidden ? null : 'three', hidden }],
});
const MODE: Difference = {
  path: 'spec.containers[name=main].env[name=MODE].value',
  before: 'fast',
  after: 'fats',
};

/** A Deployment `shop` at revision 2, some of whose pods crash. */
class Shop {
  pods: Pod[] = [looping('b'), pod('a')];
  sources: ConfigurationSource[] = [];
  differences: Difference[] = [];
  helps = true;
  readonly effects: string[] = [];

  #mended(): void {
    if (this.helps) this.pods = [pod('a'), pod('c', { revision: 2 })];
  }

  get steps(): ImplementedStep[] {
    const revision = (number: number) => ({
      revision: number,
      name: `shop-${number}`,
      uid: `rs-${number}`,
      templateHash: `hash-${number}`,
      created: ago(60),
      changeCause: null,
      images: ['shop:1'],
      replicas: null,
      ready: null,
      current: number === 2,
    });
    const undone = { uid: 'd', template: 't', paused: false as const };
    return [
      implementRead(kubernetes.listPods, async ({ namespace = '' }) => ({
        pods: this.pods.map((p) => ({ ...p, namespace })),
      })),
      implementRead(kubernetes.listEvents, async () => ({ events: [] })),
      implementRead(kubernetes.configurationOf, async () => ({
        found: true,
        references: [],
        sources: this.sources,
      })),
      implementRead(kubernetes.podLogs, async () => ({
        container: 'main',
        available: true,
        linesRead: 1,
        expected: [],
        unexpected: [],
        lines: [{ text: 'FATAL: cannot start' }],
      })),
      implementRead(kubernetes.rolloutHistory, async () => ({
        workload: { kind: 'Deployment', name: 'shop', uid: 'd' },
        paused: false,
        revisions: [revision(1), revision(2)],
      })),
      implementRead(kubernetes.compareRevisions, async () => ({
        from: revision(1),
        to: revision(2),
        differences: this.differences,
      })),
      implementRead(kubernetes.rolloutStatus, async () => {
        const up = this.pods.every((p) => p.ready);
        return {
          verdict: up ? 'pass' : 'fail',
          reason: up ? 'all are available' : '1 of 2 are available',
          state: up ? 'complete' : 'progressing',
          desired: 2,
          updated: 2,
          ready: 2,
          available: 2,
          revision: 2,
        };
      }),
      changing(kubernetes.setConfigMapKeys, {
        preconditions: { uid: 'cm', present: {} },
        preimage: { uid: 'cm', values: {} },
        does: ({ configMap, values }) => {
          this.effects.push(`set ${configMap} ${JSON.stringify(values)}`);
          return { uid: 'cm', keys: Object.keys(values) };
        },
      }),
      changing(kubernetes.deletePod, {
        preconditions: { uid: 'u', node: null, owner: null, sick: true },
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
          this.effects.push(`delete ${name}`);
          this.#mended();
          return { namespace, name, uid: 'u', note: 'deleted' };
        },
      }),
      changing(kubernetes.rolloutUndo, {
        preconditions: { ...undone, replicaSet: { name: 'shop-1', uid: 'rs-1', templateHash: 'hash-1' } },
        preimage: {
          namespace: 'n',
          deployment: 'shop',
          uid: 'd',
          revision: 2,
          templateHash: 'hash-2',
          replicaSet: null,
          written: 'w',
        },
        does: ({ deployment, toRevision, templateHash }) => {
          this.effects.push(`roll ${deployment} back to ${toRevision}`);
          this.#mended();
          return {
            deployment: { kind: 'Deployment', name: deployment, uid: 'd' },
            generation: 3,
            templateHash,
          };
        },
      }),
    ];
  }
}

const with_ = (over: Partial<Shop>) => Object.assign(new Shop(), over);
const oom = (): Pod => {
  const made = looping('b');
  const end = { reason: 'OOMKilled', exitCode: 137 };
  return { ...made, containers: made.containers.map((c) => ({ ...c, lastTermination: end })) };
};
const shops = {
  edited: with_({ sources: [settings()] }),
  released: with_({ differences: [MODE] }),
  several: with_({ sources: [settings()], differences: [MODE] }),
  secret: with_({ sources: [settings(true)] }),
  nothing: new Shop(),
  killed: with_({ pods: [oom()] }),
  two: with_({
    pods: [looping('b'), { ...looping('x'), workload: { kind: 'Deployment', name: 'cart', uid: 'c' } }],
  }),
  over: with_({ pods: [pod('a')] }),
  stuck: with_({ sources: [settings()], helps: false }),
};
const engine = onStage(shops);
const start = (namespace: keyof typeof shops) =>
  engine.start('crash-loop-by-configuration', { namespace, withinSeconds: 1 });

test('an edited ConfigMap: what was applied comes back, and the pods in back-off are replaced, once each', async () => {
  const run = await start('edited');
  const question = await run.question();
  expect(question.title).toBe('Put RETRIES of ConfigMap settings back to what was applied');
  expect(question.body).toMatch(/kubectl-edit wrote it at .*The 1 pods in back-off are replaced/s);
  await run.decide(question, { answer: 'approve' });
  expect(await run.end()).toEqual({
    outcome: 'completed',
    result: { workload: 'shop', done: 'RETRIES of ConfigMap settings was put back' },
  });
  expect(shops.edited.effects).toEqual(['set settings {"RETRIES":"3"}', 'delete b']);
});

test('the release changed a variable: rolled back once, and what goes back with it is shown', async () => {
  const run = await start('released');
  const question = await run.question();
  expect(question.title).toBe('Roll shop back from revision 2 to 1');
  expect(question.body).toMatch(/env\[name=MODE\].value: fast → fats/);
  await run.decide(question, { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  expect(shops.released.effects).toEqual(['roll shop back to 1']);
});

handsOver({ start, scenes: shops }, [
  ['an edit and a release, told apart by nothing', 'several', /nothing tells them apart/],
  ['a key that looks like a secret', 'secret', /RETRIES holds what looks like a secret/],
  ['no change at all', 'nothing', /Nothing of its configuration changed/],
  ['killed for its memory', 'killed', /that is its limit, not its configuration/],
  ['two workloads at once', 'two', /^2 workloads crash at once .*what they share/],
]);

test('nobody crashes any more: over', async () => {
  expect(await (await start('over')).end()).toMatchObject({ outcome: 'completed', result: { over: true } });
});

test('put back, and it still crashes: handed over with what it says now', async () => {
  const run = await start('stuck');
  await run.decide(await run.question(), { answer: 'approve' });
  await run.decide(await run.question((q) => q.kind === 'hold'), { answer: 'skip' });
  expect(await run.end()).toMatchObject({
    outcome: 'handed-over',
    result: { reason: expect.stringMatching(/was put back, and shop still does not come up/) },
  });
});
