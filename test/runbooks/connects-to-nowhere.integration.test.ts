import { expect, test } from '@jest/globals';
import { implementRead, type ImplementedStep } from '../../activities/kit/index.ts';
import {
  kubernetes,
  type Difference,
  type Pod,
  type ServiceSummary,
} from '../../activities/kubernetes/contract.ts';
import { connects, databaseChanged, syscalls } from './connects.ts';
import { onStage } from './on-stage.ts';
import { pod } from './pod.ts';
import { revision, rollout } from './rollout.ts';
import { changing } from './stage.ts';

const service = (ip: string): ServiceSummary => ({
  ...{
    namespace: 'payments',
    name: 'postgres',
    uid: 's',
    created: '2026-11-21T02:40:00Z',
    type: 'ClusterIP',
  },
  clusterIPs: [ip],
  ports: [{ name: 'db', protocol: 'TCP', port: 5432, targetPort: '5432', readyEndpoints: 0 }],
});

class Basket {
  readonly effects: string[] = [];
  pods: Pod[] = [pod('a', { workload: 'basket' })];
  peers = connects.peers;
  services = [service('10.96.45.12')];
  differences: Difference[] = [databaseChanged('10.96.45.12', '10.96.45.21')];
  constructor(different: Partial<Basket> = {}) {
    Object.assign(this, different);
  }

  get steps(): ImplementedStep[] {
    const preconditions = { uid: 'u', container: 'main', targetId: null };
    return [
      implementRead(kubernetes.listPods, async ({ namespace }) => ({
        pods: this.pods.map((p) => ({ ...p, namespace: namespace! })),
      })),
      implementRead(kubernetes.rolloutHistory, async ({ kind, name }) => ({
        workload: { kind, name, uid: 'd' },
        paused: false,
        revisions: [revision(1), revision(2)],
      })),
      implementRead(kubernetes.compareRevisions, async () => ({
        from: revision(1),
        to: revision(2),
        differences: this.differences,
      })),
      implementRead(kubernetes.rolloutStatus, async () => ({ ...rollout(true), revision: 3 })),
      changing(kubernetes.profileSyscalls, { preconditions, preimage: {}, does: () => syscalls }),
      changing(kubernetes.traceConnects, {
        ...{ preconditions, preimage: {} },
        does: () => ({ ...connects, peers: this.peers }),
      }),
      changing(kubernetes.setEnv, {
        preconditions: { uid: 'd', template: 't', written: 'w', paused: false },
        preimage: { uid: 'd', template: 't', written: 'w', env: { DATABASE: '10.96.45.21' }, exact: true },
        does: ({ kind, name, container, env }) => {
          this.effects.push(`${container} ${JSON.stringify(env)}`);
          return { workload: { kind, name, uid: 'd' }, generation: 3, template: 'w' };
        },
      }),
    ];
  }
}

const scenes = {
  typed: new Basket(),
  served: new Basket({ services: [service('10.96.45.21')] }),
  always: new Basket({ differences: [databaseChanged('10.96.45.21', '10.96.45.210')] }),
  hidden: new Basket({
    differences: [databaseChanged('postgres://shop:***@10.96.45.12/', 'postgres://shop:***@10.96.45.21/')],
  }),
  idle: new Basket({ peers: [] }),
  reached: new Basket({ peers: [connects.peers[1]!] }),
  none: new Basket({ pods: [] }),
};
/** Services of all namespaces are asked for, which is in no scene: they are those of the run that is under way. */
let now: Basket = scenes.typed;
const engine = onStage(scenes, [
  implementRead(kubernetes.listServices, async () => ({
    ...{ count: 1, withReadyEndpoints: 0, readyEndpoints: 0, byNamespace: [], created: [] },
    services: now.services,
  })),
]);
function start(namespace: keyof typeof scenes) {
  now = scenes[namespace];
  return engine.start('connects-to-nowhere', { namespace, deployment: 'basket' });
}
/** Tracing slows the service down, so a person says yes to it first. */
async function traced(scene: keyof typeof scenes) {
  const run = await start(scene);
  const question = await run.question();
  expect(question.title).toBe('Trace the system calls of a for 10 s');
  await run.decide(question, { answer: 'approve' });
  return run;
}
test('the address is named, and the variable that brought it in set back', async () => {
  const run = await traced('typed');
  const question = await run.question((q) => /^Set DATABASE/.test(q.title));
  expect(question.title).toBe('Set DATABASE of basket/main back to 10.96.45.12');
  expect(question.body).toMatch(/never reached 10\.96\.45\.21:5432 in 4 tries.*No Service has that address/);
  await run.decide(question, { answer: 'approve' });
  expect(await run.end()).toMatchObject({
    outcome: 'completed',
    result: { address: '10.96.45.21:5432', variable: 'DATABASE', from: '10.96.45.21', to: '10.96.45.12' },
  });
  expect(scenes.typed.effects).toEqual(['main {"DATABASE":"10.96.45.12"}']);
});

for (const [what, scene, reason] of [
  ['it is a Service without endpoints', 'served', /It is Service payments\/postgres, with 0 ready endpoints/],
  [
    'no release brought it in',
    'always',
    /No Service has that address; no environment variable that the last release/,
  ],
  ['a password is in the value', 'hidden', /is not shown whole: set it back by hand/],
  ['it connected to nothing', 'idle', /^Where basket connects to is not known/],
] as const)
  test(`${what}: handed over, and nothing is changed`, async () => {
    expect(await (await traced(scene)).end()).toMatchObject({
      outcome: 'handed-over',
      result: { reason: expect.stringMatching(reason) },
    });
    expect(scenes[scene].effects).toEqual([]);
  });

test('all is reached: over. No pod: nobody is asked', async () => {
  expect(await (await traced('reached')).end()).toMatchObject({
    outcome: 'completed',
    result: { over: true },
  });
  expect(await (await start('none')).end()).toMatchObject({
    outcome: 'handed-over',
    result: { reason: expect.stringMatching(/^There is no running pod of Deployment none\/basket/) },
  });
});

test('a no to the trace: rejected, and nothing is changed', async () => {
  const run = await start('typed');
  await run.decide(await run.question(), { answer: 'reject' });
  expect(await run.end()).toMatchObject({ outcome: 'rejected' });
});
