import { expect, test } from '@jest/globals';
import { implementRead, type ImplementedStep } from '../../activities/kit/index.ts';
import {
  kubernetes,
  type BeingDeleted,
  type FinalizerOwner,
  type UnavailableApi,
} from '../../activities/kubernetes/contract.ts';
import type { Run } from '../workflows/harness.ts';
import { api, deleted, deletedPod } from './deletion.ts';
import { onStage } from './on-stage.ts';
import { changing } from './stage.ts';

const FINALIZER = 'example.com/cleanup';
const owner: FinalizerOwner = {
  namespace: 'owned',
  kind: 'Deployment',
  name: 'addon',
  desired: 1,
  ready: 1,
  because: 'the finalizer was set by "addon"',
};

/** A namespace that was deleted, and what of it is left. */
class Preview {
  state: 'active' | 'terminating' | 'gone' = 'terminating';
  objects: BeingDeleted[] = [deleted('branch', { finalizers: [FINALIZER] })];
  apis: UnavailableApi[] = [];
  owners: FinalizerOwner[] = [];
  helps = true;
  readonly effects: string[] = [];
  constructor(different: Partial<Preview> = {}) {
    Object.assign(this, different);
  }

  /** The namespace controller looks again. */
  settle() {
    if (this.apis.length === 0 && this.objects.length === 0) this.state = 'gone';
  }

  get steps(): ImplementedStep[] {
    return [
      implementRead(kubernetes.deletions, async () => ({
        state: this.state,
        since: null,
        says: [],
        discoveryFails: this.apis.length > 0,
        objects: this.objects,
        notListed: [],
      })),
      changing(kubernetes.rolloutRestart, {
        preconditions: { uid: 'd', template: 't', written: 'w', paused: false },
        preimage: { uid: 'd' },
        does: ({ kind, name }) => {
          this.effects.push(`restart ${name}`);
          if (this.helps) this.objects = [];
          this.settle();
          return { workload: { kind, name, uid: 'd' }, generation: 2, template: 'w' };
        },
      }),
    ];
  }
}

const previews = {
  addon: new Preview({ apis: [api()] }),
  owned: new Preview({ owners: [owner] }),
  deaf: new Preview({ owners: [{ ...owner, namespace: 'deaf' }], helps: false }),
  down: new Preview({ owners: [{ ...owner, ready: 0 }] }),
  two: new Preview({ owners: [owner, { ...owner, name: 'addon-webhook' }] }),
  served: new Preview({ apis: [api({ service: { namespace: 'x', name: 'addon', found: true } })] }),
  dead: new Preview({ objects: [deletedPod('db', { node: 'n2', running: ['db'] })] }),
  slow: new Preview({
    objects: [
      deletedPod('web', { node: 'n1', running: ['app'], graceSeconds: 3_600, overdueSeconds: -3_000 }),
    ],
  }),
  claimed: new Preview({
    objects: [deleted('data', { finalizers: ['kubernetes.io/pvc-protection'] })],
    // Whoever is asked would name the wrong one.
    owners: [{ ...owner, namespace: 'kube-system', name: 'coredns' }],
  }),
  crowd: new Preview({
    objects: Array.from({ length: 23 }, (_, n) => deleted(`branch-${n}`, { finalizers: [FINALIZER] })),
  }),
  calm: new Preview({ state: 'active', objects: [] }),
};
/** The steps that name no namespace answer for the run that is under way: the tests go one after the other. */
let now: Preview = previews.calm;
const everywhere: ImplementedStep[] = [
  implementRead(kubernetes.unavailableApis, async () => ({ apis: now.apis })),
  implementRead(kubernetes.finalizerOwners, async () => ({ owners: now.owners })),
  implementRead(kubernetes.listNodes, async () => ({
    nodes: ['n1', 'n2'].map((name) => ({
      name,
      uid: name,
      ready: name === 'n1' ? ('True' as const) : ('Unknown' as const),
      unschedulable: false,
      cordonedBy: null,
      zone: null,
      kubeletVersion: 'v1',
    })),
  })),
  changing(kubernetes.deleteApiService, {
    preconditions: { uid: 'uid-api', reason: 'ServiceNotFound' },
    preimage: { name: 'v1.example.com', spec: {} },
    does: ({ name }) => {
      now.effects.push(`delete ${name}`);
      now.apis = [];
      now.settle();
      return { note: 'deleted' };
    },
  }),
  changing(kubernetes.removeFinalizer, {
    preconditions: { uid: 'uid-branch', since: 's', finalizers: [FINALIZER] },
    preimage: { finalizers: [FINALIZER] },
    does: ({ object, finalizer }) => {
      now.effects.push(`take ${finalizer} off ${object.name}`);
      now.objects = now.objects.filter((o) => o.uid !== object.uid);
      now.settle();
      return { note: 'it was the last one' };
    },
  }),
];

const engine = onStage(previews, everywhere);

function start(namespace: keyof typeof previews): Promise<Run> {
  now = previews[namespace];
  return engine.start('stuck-terminating', { namespace, withinSeconds: 2 });
}
const handedOver = (reason: RegExp) => ({
  outcome: 'handed-over',
  result: { reason: expect.stringMatching(reason) },
});

test('one obstacle after the other: the dead API by one person, the finalizer that nobody owns by two', async () => {
  const run = await start('addon');
  const first = await run.question();
  expect(first.title).toBe('Delete the registration of the API v1.example.com, whose Service is gone');
  expect(first.body).toMatch(/no namespace can be deleted.*looks like what is left of something/);
  await run.decide(first, { answer: 'approve' });
  const second = await run.question((q) => q.title.startsWith('Remove'));
  expect(second.title).toBe(`Remove ${FINALIZER} from configmaps/branch: nobody is left to`);
  expect(second.body).toMatch(/A controller outside of this cluster would not be seen/);
  await run.decide(second, { answer: 'approve' });
  expect(previews.addon.effects).toEqual(['delete v1.example.com']);
  await run.decide(second, { answer: 'approve', person: 'ben' });
  expect(await run.end()).toMatchObject({ outcome: 'completed', result: { state: 'gone' } });
  expect(previews.addon.effects).toEqual(['delete v1.example.com', `take ${FINALIZER} off branch`]);
});

test('more objects than one plan takes: it says how many it is about, and the others are asked about next', async () => {
  const run = await start('crowd');
  const first = await run.question();
  expect(first.title).toBe(`Remove ${FINALIZER} from 20 of 23 objects: nobody is left to`);
  for (const person of ['ana', 'ben']) await run.decide(first, { answer: 'approve', person });
  const second = await run.question((q) => q.title.includes(' 3 objects'));
  expect(previews.crowd.effects).toHaveLength(20);
  for (const person of ['ana', 'ben']) await run.decide(second, { answer: 'approve', person });
  expect(await run.end()).toMatchObject({ outcome: 'completed', result: { state: 'gone' } });
  expect(previews.crowd.effects).toHaveLength(23);
});

test('who should take the finalizer off runs: it is restarted, and nothing is taken off by force', async () => {
  const run = await start('owned');
  const question = await run.question();
  expect(question.title).toBe(`Restart owned/addon, which should take ${FINALIZER} off`);
  await run.decide(question, { answer: 'approve' });
  expect(await run.end()).toMatchObject({ outcome: 'completed' });
  expect(previews.owned.effects).toEqual(['restart addon']);
});

test('restarted, and it still does not: handed over, without force', async () => {
  const run = await start('deaf');
  await run.decide(await run.question(), { answer: 'approve' });
  await run.decide(await run.question((q) => q.kind === 'hold'), { answer: 'skip' });
  expect(await run.end()).toMatchObject(
    handedOver(/Restart deaf\/addon.*done, and finalizer .* is still in the way/),
  );
  expect(previews.deaf.effects).toEqual(['restart addon']);
});

test.each<[keyof typeof previews, RegExp]>([
  ['down', /Deployment owned\/addon \(0 of 1 ready.*does not run\. Mend it first/],
  ['two', /2 workloads may be the one that takes it off: .*addon-webhook/],
  ['served', /Its Service x\/addon is there, and no Deployment is behind it/],
  ['dead', /1 pods wait for the kubelet of n2.*nightshift run node-not-ready.*"node":"n2"/],
  ['claimed', /1 objects wait for kubernetes\.io\/pvc-protection.*a pod still uses the claim/],
  ['slow', /may take 3000 s more of its 3600 s, with a preStop hook in app.*--grace-period=30/],
])('%s: handed over, and nothing is changed', async (scene, reason) => {
  expect(await (await start(scene)).end()).toMatchObject(handedOver(reason));
  expect(previews[scene].effects).toEqual([]);
});

test('nothing is being deleted: over', async () => {
  expect(await (await start('calm')).end()).toMatchObject({
    outcome: 'completed',
    result: { over: true, found: 'Nothing in calm waits to be deleted.' },
  });
});
