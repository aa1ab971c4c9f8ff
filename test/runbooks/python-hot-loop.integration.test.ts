import { expect, test } from '@jest/globals';
import { implementRead, type ImplementedStep } from '../../activities/kit/index.ts';
import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { handsOver } from './hands-over.ts';
import { onStage } from './on-stage.ts';
import { pod } from './pod.ts';
import { pythonProfile, usageOf } from './python-profile.ts';
import { revision } from './rollout.ts';
import { changing } from './stage.ts';

class Orders {
  readonly effects: string[] = [];
  readonly sampled: string[] = [];
  pods: Pod[] = ['a', 'b'].map((name) => pod(name, { workload: 'orders' }));
  /** Thousandths of a core, by pod. */
  cpu: Record<string, number | null> = { a: 300, b: 990 };
  profile = pythonProfile();
  /** Minutes since the present revision was made. */
  age = 600;
  /** What the first looks find instead, of each pod: a new one is not measured, then with hardly anything. */
  tooEarly: (number | null)[] = [];
  constructor(different: Partial<Orders> = {}) {
    Object.assign(this, different);
  }

  get steps(): ImplementedStep[] {
    return [
      implementRead(kubernetes.listPods, async ({ namespace }) => ({
        pods: this.pods.map((p) => ({ ...p, namespace: namespace! })),
      })),
      implementRead(kubernetes.podUsage, async () => {
        const early = this.tooEarly.shift();
        return usageOf(this.pods.map((p) => [p, early === undefined ? (this.cpu[p.name] ?? null) : early]));
      }),
      implementRead(kubernetes.rolloutHistory, async ({ kind, name }) => {
        const created = new Date(Date.now() - this.age * 60_000).toISOString();
        const revisions = [revision(1), revision(2, { created })];
        return { workload: { kind, name, uid: 'd' }, paused: false, revisions };
      }),
      changing(kubernetes.profilePython, {
        preconditions: { uid: 'u', container: 'main', targetId: null },
        preimage: {},
        does: ({ pod: { name } }) => {
          this.sampled.push(name);
          return this.profile;
        },
      }),
      changing(kubernetes.deletePod, {
        preconditions: { uid: 'u', node: null, owner: null, sick: false },
        preimage: {
          ...{ namespace: 'n', name: 'b', uid: 'u', node: null, owner: null },
          ...{ templateHash: null, images: [] },
        },
        does: ({ pod: { namespace, name, uid } }) => {
          this.effects.push(`delete ${name}`);
          this.cpu = { a: 10, b: 10 };
          return { namespace, name, uid: uid!, note: '' };
        },
      }),
      changing(kubernetes.rolloutUndo, {
        preconditions: {
          ...{ uid: 'd', template: 't', paused: false },
          replicaSet: { name: 'rs', uid: 'rs-1', templateHash: 'hash-1' },
        },
        preimage: {
          ...{ namespace: 'n', deployment: 'orders', uid: 'd', written: 'w' },
          ...{ revision: null, templateHash: null, replicaSet: null },
        },
        does: ({ deployment, toRevision }) => {
          this.effects.push(`back to ${toRevision}`);
          this.cpu = { a: 10, b: 10 };
          return {
            deployment: { kind: 'Deployment', name: deployment, uid: 'd' },
            generation: 3,
            templateHash: 'hash-1',
          };
        },
      }),
    ];
  }
}

const all = { a: 900, b: 990 };
const scenes = {
  some: new Orders(),
  young: new Orders({ cpu: all, age: 5, tooEarly: [null, 3] }),
  old: new Orders({ cpu: all }),
  unmeasured: new Orders({ cpu: { a: 10, b: null } }),
  throttled: new Orders({ cpu: { a: 20, b: 30 } }),
  waiting: new Orders({ cpu: all, profile: pythonProfile({ running: 0.02 }) }),
  foreign: new Orders({
    profile: pythonProfile({
      ...{ verdict: 'fail', reason: 'there is no Python program in that container of b' },
      ...{ total: 0, running: 0, hotPath: [], ownCode: [], top: [] },
    }),
  }),
  none: new Orders({ pods: [] }),
};
const engine = onStage(scenes);
const start = (namespace: keyof typeof scenes) =>
  engine.start('python-hot-loop', {
    ...{ namespace, name: 'orders' },
    measuredWithinSeconds: namespace === 'unmeasured' || namespace === 'throttled' ? 1 : 600,
  });

test('one of two goes round: it is sampled unasked, and replaced after a yes', async () => {
  const run = await start('some');
  const question = await run.question();
  expect(question.title).toBe('Replace 1 of 2 pods of orders, which go round in find_duplicates');
  expect(question.body).toMatch(/b spends 90% of its time in find_duplicates \(\/srv\/orders\.py:8\)/);
  await run.decide(question, { answer: 'approve' });
  expect(await run.end()).toMatchObject({
    outcome: 'completed',
    result: { function: 'find_duplicates', at: '/srv/orders.py:8' },
  });
  expect(scenes.some.sampled).toEqual(['b']);
  expect(scenes.some.effects).toEqual(['delete b']);
});

test('all of them since a young release, once they are measured: it is rolled back', async () => {
  const run = await start('young');
  const question = await run.question();
  expect(question.title).toBe('Roll orders back from revision 2 to 1');
  await run.decide(question, { answer: 'approve' });
  expect(await run.end()).toMatchObject({ outcome: 'completed' });
  expect(scenes.young.effects).toEqual(['back to 1']);
});

test('hardly anything runs: over, and it says that a loop is not it', async () => {
  expect(await (await start('waiting')).end()).toMatchObject({
    outcome: 'completed',
    result: { over: true, found: expect.stringMatching(/a loop is not what makes it slow/) },
  });
});

handsOver({ start, scenes }, [
  [
    'all are busy and no release explains it',
    'old',
    /in find_duplicates .*no release of the last hour explains it/,
    { function: 'find_duplicates', at: '/srv/orders.py:8' },
  ],
  ['it hardly gets any CPU', 'throttled', /no pod of orders uses a tenth of a core: it looks throttled/],
  ['nobody measured one', 'unmeasured', /Which of its pods are busy is not known: the kubelet of b/],
  ['no Python', 'foreign', /is not known: there is no Python program.*By hand: kubectl debug/],
  ['no pod', 'none', /^There is no running pod of Deployment none\/orders/],
]);
