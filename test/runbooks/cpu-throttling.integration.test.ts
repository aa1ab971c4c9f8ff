import { expect, test } from '@jest/globals';
import { implementRead, type ImplementedStep } from '../../activities/kit/index.ts';
import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { prometheus } from '../../activities/prometheus/contract.ts';
import { nodeDescribed } from './node.ts';
import { onStage } from './on-stage.ts';
import { rollout } from './rollout.ts';
import { pod } from './pod.ts';
import { changing } from './stage.ts';

class Search {
  pods: Pod[] = ['a', 'b'].map((name) => pod(name, { workload: 'search', node: `${this.scene}-1` }));
  limits: Record<string, string> = { cpu: '100m' };
  readonly effects: string[] = [];
  throttled: Record<string, number> | undefined = { a: 0.8, b: 0.6 };
  failing = 0.2;
  helps = true;
  /** Minutes since the present revision was made. */
  age = 600;
  readonly scene: string;
  constructor(scene: string, different: Partial<Search> = {}) {
    this.scene = scene;
    this.pods = this.pods.map((p) => ({ ...p, node: `${scene}-1` }));
    Object.assign(this, different);
  }

  get steps(): ImplementedStep[] {
    return [
      implementRead(kubernetes.listPods, async () => ({ pods: this.pods })),
      implementRead(kubernetes.describeNode, async ({ node }) => nodeDescribed(node)),
      implementRead(kubernetes.workloadResources, async () => ({
        found: true,
        replicas: 2,
        containers: [
          { name: 'main', kind: 'main', image: 'search:1', requests: { cpu: '50m' }, limits: this.limits },
        ],
      })),
      implementRead(kubernetes.rolloutHistory, async ({ kind, name }) => ({
        workload: { kind, name, uid: 'd' },
        paused: false,
        revisions: [
          {
            revision: 7,
            name: 'search-7',
            uid: 'rs',
            templateHash: 'h',
            created: new Date(Date.now() - this.age * 60_000).toISOString(),
            changeCause: null,
            images: ['search:1'],
            replicas: 2,
            ready: 2,
            current: true,
          },
        ],
      })),
      implementRead(prometheus.containerCpu, async ({ pods }) =>
        this.throttled === undefined
          ? { state: 'unknown', why: 'empty', reason: 'nobody counted CPU periods', query: 'q' }
          : {
              state: 'known',
              containers: pods.map((p) => ({
                pod: p,
                container: 'main',
                throttled: this.throttled![p] ?? 0,
                cores: 0.09,
              })),
              query: 'q',
            },
      ),
      implementRead(prometheus.errorRate, async () => ({
        state: 'known',
        ratio: this.failing,
        errorsPerSecond: this.failing * 10,
        totalPerSecond: 10,
        at: new Date().toISOString(),
        ageSeconds: 1,
        query: 'e',
      })),
      implementRead(prometheus.errorRateBelow, async ({ below }) => ({
        verdict: this.failing < below ? 'pass' : 'fail',
        reason: `${this.failing} fail`,
      })),
      implementRead(kubernetes.rolloutStatus, async () => ({ ...rollout(true), revision: 8 })),
      changing(kubernetes.setResources, {
        preconditions: { uid: 'd', template: 't', written: 'w', paused: false },
        preimage: { uid: 'd', template: 't', written: 'w', limits: { cpu: '100m' }, requests: {} },
        does: ({ kind, name, limits }) => {
          this.effects.push(`limit ${limits.cpu}`);
          if (this.helps) {
            this.throttled = {};
            this.failing = 0.001;
          }
          return { workload: { kind, name, uid: 'd' }, generation: 2, template: 'w' };
        },
      }),
    ];
  }
}

const searches = {
  good: new Search('good'),
  young: new Search('young', { age: 5, throttled: { a: 0.8 } }),
  loop: new Search('loop', { helps: false }),
  large: new Search('large', { limits: { cpu: '1' } }),
  unlimited: new Search('unlimited', { limits: {} }),
  calm: new Search('calm', { throttled: { a: 0.1 } }),
  blind: new Search('blind', { throttled: undefined }),
  none: new Search('none', { pods: [] }),
};

const engine = onStage(searches);

const start = (namespace: keyof typeof searches, more: object = {}) =>
  engine.start('cpu-throttling', { namespace, name: 'search', ...more });
const handedOver = (reason: RegExp) => ({
  outcome: 'handed-over',
  result: { reason: expect.stringMatching(reason) },
});

test('the limit is raised from what is used, and throttling and errors fall', async () => {
  const run = await start('good', { service: 'search' });
  const question = await run.question();
  expect(question.title).toBe('Raise the CPU limit of search/main from 100m to 400m');
  expect(question.body).toMatch(/used 90m of its 100m on average, and could not use more/);
  expect(question.body).toMatch(/20 % of 10 requests a second to search fail/);
  await run.decide(question, { answer: 'approve' });
  expect(await run.end()).toEqual({
    outcome: 'completed',
    result: { container: 'main', from: '100m', to: '400m' },
  });
  expect(searches.good.effects).toEqual(['limit 400m']);
});

test('a young revision and pods that are spared are named before anybody says yes', async () => {
  const run = await start('young');
  const question = await run.question();
  expect(question.body).toMatch(/1 pods are not throttled and restart too/);
  expect(question.body).toMatch(/Revision 7 was made at .* rolling it back is the other answer/);
  expect(question.body).toMatch(/Whether users feel it was not asked/);
  await run.decide(question, { answer: 'reject' });
  expect(await run.end()).toMatchObject({ outcome: 'rejected' });
  expect(searches.young.effects).toEqual([]);
});

test('throttled at the new limit too: handed over as what it looks like', async () => {
  const run = await start('loop', { withinSeconds: 1 });
  await run.decide(await run.question(), { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold' && /no longer throttled/.test(q.title));
  await run.decide(hold, { answer: 'skip' });
  expect(await run.end()).toMatchObject(handedOver(/throttled at 400m too.*looks like a loop.*py-spy/));
  expect(searches.loop.effects).toEqual(['limit 400m']);
});

test('no node has so much: the limit is taken away, and there is nothing left to measure', async () => {
  const run = await start('large');
  const question = await run.question();
  expect(question.title).toBe('Take the CPU limit of search/main away (1)');
  await run.decide(question, { answer: 'approve' });
  expect(await run.end()).toMatchObject({ outcome: 'completed', result: { from: '1', to: null } });
  expect(searches.large.effects).toEqual(['limit null']);
});

test.each<[keyof typeof searches, RegExp]>([
  ['unlimited', /sets no CPU limit that can be read \(none\): look for a LimitRange of unlimited/],
  ['blind', /Whether search is throttled is not known: nobody counted.*nr_throttled.*blind-1/],
  ['none', /^There is no pod of Deployment none\/search to look at/],
])('%s: handed over, and nothing is changed', async (scene, reason) => {
  expect(await (await start(scene)).end()).toMatchObject(handedOver(reason));
  expect(searches[scene].effects).toEqual([]);
});

test('hardly throttled: over, and it says that the limit is not it', async () => {
  expect(await (await start('calm')).end()).toMatchObject({
    outcome: 'completed',
    result: { over: true, found: expect.stringMatching(/not what makes it slow/) },
  });
});
