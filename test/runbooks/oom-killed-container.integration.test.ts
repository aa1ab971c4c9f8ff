import { expect, test } from '@jest/globals';
import { implementRead, type ImplementedStep } from '../../activities/kit/index.ts';
import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { prometheus } from '../../activities/prometheus/contract.ts';
import { onStage } from './on-stage.ts';
import { rollout } from './rollout.ts';
import { pod, sick } from './pod.ts';
import { changing } from './stage.ts';

const MiB = 1024 * 1024;
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

const killed = (name: string): Pod => {
  const made = sick(name, { workload: 'cache' });
  const lastTermination = { reason: 'OOMKilled', exitCode: 137, startedAt: ago(31), finishedAt: ago(30) };
  return {
    ...made,
    because: 'main: CrashLoopBackOff (OOMKilled)',
    containers: made.containers.map((c) => ({ ...c, lastTermination })),
  };
};
const longUp = (name: string): Pod => {
  const made = pod(name, { workload: 'cache' });
  return { ...made, containers: made.containers.map((c) => ({ ...c, startedAt: ago(60) })) };
};

class Cache {
  pods: Pod[] = [killed('a'), longUp('b')];
  limits: Record<string, string> = { memory: '64Mi' };
  readonly effects: string[] = [];
  helps = true;
  measured: number | undefined = 60 * MiB;

  get steps(): ImplementedStep[] {
    return [
      implementRead(kubernetes.listPods, async () => ({ pods: this.pods })),
      implementRead(kubernetes.workloadResources, async () => ({
        found: true,
        replicas: 2,
        containers: [
          { name: 'main', kind: 'main', image: 'cache:1', requests: { memory: '32Mi' }, limits: this.limits },
        ],
      })),
      implementRead(prometheus.containerMemory, async () =>
        this.measured === undefined
          ? { state: 'unknown', why: 'empty', reason: 'nobody counted it', query: 'q' }
          : { state: 'known', peakBytes: this.measured, byPod: { a: this.measured }, query: 'q' },
      ),
      implementRead(kubernetes.rolloutStatus, async () => ({
        ...rollout(true),
        verdict: this.helps ? 'pass' : 'fail',
      })),
      changing(kubernetes.setResources, {
        preconditions: { uid: 'd', template: 't', written: 'w', paused: false },
        preimage: { uid: 'd', template: 't', written: 'w', limits: { memory: '64Mi' }, requests: {} },
        does: ({ kind, name, limits }) => {
          this.effects.push(`limit ${limits.memory}`);
          if (this.helps) this.pods = [longUp('c'), longUp('d')];
          return { workload: { kind, name, uid: 'd' }, generation: 2, template: 'w' };
        },
      }),
    ];
  }
}

const caches = {
  good: new Cache(),
  blind: Object.assign(new Cache(), { measured: undefined }),
  leak: Object.assign(new Cache(), { helps: false }),
  unlimited: Object.assign(new Cache(), { limits: {} }),
  over: Object.assign(new Cache(), { pods: [longUp('a')] }),
  none: Object.assign(new Cache(), { pods: [] }),
};

const engine = onStage(caches);

const start = (namespace: keyof typeof caches, more: object = {}) =>
  engine.start('oom-killed-container', { namespace, name: 'cache', ...more });

test('the limit is raised from what is known, and the container outlives its last life', async () => {
  const run = await start('good');
  const question = await run.question();
  expect(question.title).toBe('Raise the memory limit of cache/main from 64Mi to 128Mi');
  expect(question.body).toMatch(/60 MiB is the most that was measured/);
  expect(question.body).toMatch(
    /1 s: a leak would only take longer.*1 pods were not killed; they restart too/,
  );
  await run.decide(question, { answer: 'approve' });
  expect(await run.end()).toEqual({
    outcome: 'completed',
    result: { container: 'main', from: '64Mi', to: '128Mi' },
  });
  expect(caches.good.effects).toEqual(['limit 128Mi']);
});

test('nobody measured it: said, and twice the limit is proposed', async () => {
  const run = await start('blind');
  const question = await run.question();
  expect(question.body).toMatch(/Nobody measured how much; twice the limit is 128Mi/);
  await run.decide(question, { answer: 'reject' });
  expect(await run.end()).toMatchObject({ outcome: 'rejected' });
  expect(caches.blind.effects).toEqual([]);
});

test('killed again at the new limit: handed over as what it looks like', async () => {
  const run = await start('leak', { withinSeconds: 1 });
  await run.decide(await run.question(), { answer: 'approve' });
  for (const what of [/rollout of cache/, /outlives its last life/]) {
    const hold = await run.question((q) => q.kind === 'hold' && what.test(q.title));
    await run.decide(hold, { answer: 'skip' });
  }
  expect(await run.end()).toMatchObject({
    outcome: 'handed-over',
    result: { reason: expect.stringMatching(/killed again, at 128Mi.*looks like a leak/) },
  });
  expect(caches.leak.effects).toEqual(['limit 128Mi']);
});

test('no limit of its own: the node ran out, and nothing is proposed', async () => {
  const run = await start('unlimited');
  expect(await run.end()).toMatchObject({
    outcome: 'handed-over',
    result: { reason: expect.stringMatching(/no memory limit of its own: worker-1 itself ran out/) },
  });
});

test('nobody was killed: over, and it says so', async () => {
  const run = await start('over');
  expect(await run.end()).toMatchObject({ outcome: 'completed', result: { over: true } });
});

test('no pod at all is not "over": handed over', async () => {
  const run = await start('none');
  expect(await run.end()).toMatchObject({
    outcome: 'handed-over',
    result: { reason: 'There is no pod of Deployment none/cache to look at.' },
  });
});
