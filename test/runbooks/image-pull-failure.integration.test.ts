import { expect, test } from '@jest/globals';
import { implementRead, type ImplementedStep } from '../../activities/kit/index.ts';
import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { handsOver } from './hands-over.ts';
import { onStage } from './on-stage.ts';
import { pod, sick } from './pod.ts';
import { changing } from './stage.ts';

const waiting = (name: string, revision: number, workload = 'shop'): Pod => {
  const made = sick(name, { revision, workload, image: `ghcr.io/acme/${workload}:${revision}` });
  const [container] = made.containers;
  return {
    ...made,
    restarts: 0,
    containers: [{ ...container!, waiting: 'ImagePullBackOff', waitingMessage: 'it was not found' }],
  };
};
const serving = (name: string) => pod(name, { revision: 1, image: 'ghcr.io/acme/shop:1' });

/** A Deployment `shop` whose second revision asks for another image. */
class Shop {
  pods: Pod[] = [waiting('b', 2), serving('a')];
  readonly effects: string[] = [];
  images = ['ghcr.io/acme/shop:1', 'ghcr.io/acme/shop:2'];
  helps = true;

  get steps(): ImplementedStep[] {
    const revision = (number: number) => ({
      revision: number,
      name: `shop-${number}`,
      uid: `rs-${number}`,
      templateHash: `hash-${number}`,
      created: new Date(Date.now() - 60_000).toISOString(),
      changeCause: null,
      images: [this.images[number - 1]!],
      replicas: null,
      ready: null,
      current: number === 2,
    });
    const [before, after] = this.images as [string, string];
    return [
      implementRead(kubernetes.listPods, async () => ({ pods: this.pods })),
      implementRead(kubernetes.listEvents, async () => ({ events: [] })),
      implementRead(kubernetes.rolloutHistory, async () => ({
        workload: { kind: 'Deployment', name: 'shop', uid: 'd' },
        paused: false,
        revisions: [revision(1), revision(2)],
      })),
      implementRead(kubernetes.compareRevisions, async () => ({
        from: revision(1),
        to: revision(2),
        differences: before === after ? [] : [{ path: 'spec.containers[name=main].image', before, after }],
      })),
      implementRead(kubernetes.rolloutStatus, async () => ({
        verdict: this.helps ? 'pass' : 'fail',
        reason: this.helps ? 'all are available' : '1 of 2 are available',
        state: this.helps ? 'complete' : 'progressing',
        desired: 2,
        updated: 2,
        ready: 2,
        available: 2,
        revision: 1,
      })),
      changing(kubernetes.rolloutUndo, {
        preconditions: {
          uid: 'd',
          template: 't',
          paused: false,
          replicaSet: { name: 'shop-1', uid: 'rs-1', templateHash: 'hash-1' },
        },
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
          if (this.helps) this.pods = [serving('a'), serving('c')];
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

const shops = {
  good: new Shop(),
  alone: Object.assign(new Shop(), { pods: [waiting('b', 2)] }),
  same: Object.assign(new Shop(), { images: ['ghcr.io/acme/shop:2', 'ghcr.io/acme/shop:2'] }),
  older: Object.assign(new Shop(), { pods: [waiting('a', 1), pod('b', { revision: 2 })] }),
  several: Object.assign(new Shop(), { pods: [waiting('a', 2), waiting('b', 2, 'cart')] }),
  over: Object.assign(new Shop(), { pods: [serving('a')] }),
  none: Object.assign(new Shop(), { pods: [] }),
  stuck: Object.assign(new Shop(), { helps: false }),
};

const engine = onStage(shops);

const start = (namespace: keyof typeof shops) =>
  engine.start('image-pull-failure', { namespace, withinSeconds: 1 });

test('the release asks for an image that is not there: named, compared and rolled back once', async () => {
  const run = await start('good');
  const question = await run.question();
  expect(question.title).toBe('Roll shop back from revision 2 to 1');
  expect(question.body).toMatch(/ghcr.io\/acme\/shop:2: there is no such image \("it was not found"\)/);
  expect(question.body).toMatch(/1 pods of revision 1 run and serve users/);
  await run.decide(question, { answer: 'approve' });
  expect(await run.end()).toEqual({
    outcome: 'completed',
    result: { rolledBackTo: 1, image: 'ghcr.io/acme/shop:2' },
  });
  expect(shops.good.effects).toEqual(['roll shop back to 1']);
});

test('nobody runs the revision before: that its image is still there is not promised', async () => {
  const run = await start('alone');
  const question = await run.question();
  expect(question.body).toMatch(
    /No pod of revision 1 runs now: whether its image can still be pulled is not known/,
  );
  await run.decide(question, { answer: 'reject' });
  expect((await run.end()).outcome).toBe('rejected');
  expect(shops.alone.effects).toEqual([]);
});

handsOver({ start, scenes: shops }, [
  ['the release did not change the image', 'same', /was there, and is no more/],
  ['pods of the older revision wait', 'older', /of an older revision of shop/],
  ['two workloads wait at once', 'several', /^2 workloads wait for images at once.*the registry first/],
  ['there is no pod', 'none', /no pod to look at/],
]);

test('nobody waits any more: over', async () => {
  expect(await (await start('over')).end()).toMatchObject({ outcome: 'completed', result: { over: true } });
});

test('rolled back, and still not complete: handed over with what waits now', async () => {
  const run = await start('stuck');
  await run.decide(await run.question(), { answer: 'approve' });
  await run.decide(await run.question((q) => q.kind === 'hold'), { answer: 'skip' });
  expect(await run.end()).toMatchObject({
    outcome: 'handed-over',
    result: { reason: expect.stringMatching(/at revision 1 again and still not complete/) },
  });
});
