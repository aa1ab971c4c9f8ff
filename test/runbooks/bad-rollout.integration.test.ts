import { expect, test } from '@jest/globals';
import { implementRead, type ImplementedStep } from '../../activities/kit/index.ts';
import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { onStage } from './on-stage.ts';
import { pod, sick } from './pod.ts';
import { changing } from './stage.ts';

/** A Deployment `shop` of two revisions, the second of which is rolled out. */
class Shop {
  pods: Pod[];
  readonly effects: string[] = [];
  helps = true;
  paused = false;

  constructor(...pods: Pod[]) {
    this.pods = pods;
  }

  get steps(): ImplementedStep[] {
    const revision = (number: number) => ({
      revision: number,
      name: `shop-${number}`,
      uid: `rs-${number}`,
      templateHash: `hash-${number}`,
      created: new Date(Date.now() - 60_000).toISOString(),
      changeCause: null,
      images: [`shop:${number}`],
      replicas: null,
      ready: null,
      current: number === 2,
    });
    return [
      implementRead(kubernetes.listPods, async () => ({ pods: this.pods })),
      implementRead(kubernetes.rolloutHistory, async () => ({
        workload: { kind: 'Deployment', name: 'shop', uid: 'd' },
        paused: this.paused,
        revisions: [revision(1), revision(2)],
      })),
      implementRead(kubernetes.compareRevisions, async () => ({
        from: revision(1),
        to: revision(2),
        differences: [{ path: 'spec.containers[name=app].image', before: 'shop:1', after: 'shop:2' }],
      })),
      implementRead(kubernetes.rolloutStatus, async () => {
        const well = this.pods.every((p) => p.ready);
        return {
          verdict: well ? 'pass' : 'fail',
          reason: well ? 'all are available' : '1 of 2 are available',
          state: well ? 'complete' : 'progressing',
          desired: 2,
          updated: 2,
          ready: 1,
          available: 1,
          revision: 2,
        };
      }),
      changing(kubernetes.rolloutUndo, {
        preconditions: {
          uid: 'd',
          template: 't',
          paused: false,
          replicaSet: { name: 'rs', uid: 'rs-1', templateHash: 'hash-1' },
        },
        preimage: {
          namespace: 'n',
          deployment: 'shop',
          uid: 'd',
          revision: null,
          templateHash: null,
          replicaSet: null,
          written: 'w',
        },
        does: ({ toRevision, templateHash }) => {
          this.effects.push(`roll back to ${toRevision}`);
          if (this.helps) this.pods = [pod('a'), pod('b')];
          return { deployment: { kind: 'Deployment', name: 'shop', uid: 'd' }, generation: 3, templateHash };
        },
      }),
    ];
  }
}

const mixed = () => new Shop(pod('a'), sick('b', { revision: 2 }));
const shops = {
  good: mixed(),
  helpless: Object.assign(mixed(), { helps: false }),
  alike: new Shop(sick('a'), sick('b', { revision: 2 })),
  paused: Object.assign(mixed(), { paused: true }),
  over: new Shop(pod('a', { revision: 2 })),
  no: mixed(),
};

const engine = onStage(shops);

const start = (namespace: keyof typeof shops, more: object = {}) =>
  engine.start('bad-rollout', { namespace, deployment: 'shop', ...more });

test('the release is at fault: what it changed is in the question, and it is rolled back to the named revision', async () => {
  const run = await start('good');
  const question = await run.question();
  expect(question.title).toBe('Roll shop back from revision 2 to 1');
  expect(question.plan?.changes).toMatchObject([
    { step: 'kubernetes.rolloutUndo', input: { toRevision: 1, templateHash: 'hash-1' } },
  ]);
  expect(question.body).toMatch(/All 1 pods of revision 2 are sick, and all 1 of older revisions are well/);
  expect(question.body).toMatch(/image: shop:1 → shop:2/);
  expect(shops.good.effects).toEqual([]);
  await run.decide(question, { answer: 'approve' });
  expect(await run.end()).toEqual({ outcome: 'completed', result: { rolledBackTo: 1, from: 2 } });
  expect(shops.good.effects).toEqual(['roll back to 1']);
});

test('the roll-back does not help: the run asks, and hands over what the pods say', async () => {
  const run = await start('helpless', { withinSeconds: 1 });
  await run.decide(await run.question(), { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold');
  expect(hold.body).toMatch(/1 of 2 are available/);
  await run.decide(hold, { answer: 'skip' });
  expect(await run.end()).toMatchObject({
    outcome: 'handed-over',
    result: { reason: expect.stringMatching(/the release was not the only fault/) },
  });
  expect(shops.helpless.effects).toEqual(['roll back to 1']);
});

test.each([
  ['alike', 'handed-over', /sick alike/],
  ['paused', 'handed-over', /shop is paused, so it cannot be rolled back/],
  ['over', 'completed', /No pod of revision 2 is sick/],
] as const)('%s: ends as %s and changes nothing', async (name, outcome, why) => {
  const run = await start(name);
  const end = await run.end();
  expect(end.outcome).toBe(outcome);
  expect(JSON.stringify(end.result)).toMatch(why);
  expect(shops[name].effects).toEqual([]);
});

test('a no changes nothing', async () => {
  const run = await start('no');
  await run.decide(await run.question(), { answer: 'reject' });
  expect(await run.end()).toMatchObject({ outcome: 'rejected' });
  expect(shops.no.effects).toEqual([]);
});
