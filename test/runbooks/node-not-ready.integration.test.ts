import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hosts } from '../../activities/hosts/contract.ts';
import { implementRead, type ImplementedStep } from '../../activities/kit/index.ts';
import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { createTicketSteps } from '../../activities/tickets/steps.ts';
import { KUBELET_PATTERNS } from '../../runbooks/analysis/kubelet-diagnosis.ts';
import { startEngine, type Engine, type Run } from '../workflows/harness.ts';
import { handedOver } from './hands-over.ts';
import { nodeDescribed } from './node.ts';
import { ON_CALL } from './on-call.ts';
import { journalWith, serviceRunning } from './service-status.ts';
import { changing } from './stage.ts';

/** Three nodes; n3 does not report, because its kubelet was stopped. */
class Site {
  readonly out = new Set(['n3']);
  readonly down = new Set(['kubelet.service']);
  readonly effects: string[] = [];
  hostAnswers = true;
  restartHelps = true;
  cordonedBy: string | null = null;
  said: Record<string, number> = { stopped: 60 };

  restart(unit: string) {
    this.effects.push(`restart ${unit}`);
    this.down.delete(unit);
    if (this.restartHelps) this.out.clear();
  }
}

let site = new Site();
beforeEach(() => void (site = new Site()));

const readiness = (node: string) => (site.out.has(node) ? ('Unknown' as const) : ('True' as const));
const steps: ImplementedStep[] = [
  implementRead(kubernetes.listNodes, async () => ({
    nodes: ['n1', 'n2', 'n3'].map((name) => ({
      name,
      uid: name,
      ready: readiness(name),
      since: new Date(Date.now() - 60_000).toISOString(),
      unschedulable: name === 'n3' && site.cordonedBy !== null,
      cordonedBy: name === 'n3' ? site.cordonedBy : null,
      zone: null,
      kubeletVersion: 'v1.34.4',
    })),
  })),
  implementRead(kubernetes.describeNode, async ({ node }) =>
    nodeDescribed(node, {
      ready: readiness(node),
      lease: { renewed: '2026-11-21T02:40:00Z', ageSeconds: site.out.has(node) ? 70 : 2 },
      pods: [
        {
          namespace: 'shop',
          name: 'web',
          uid: 'w',
          status: 'Running',
          ready: !site.out.has(node),
          restarts: 0,
        },
        { namespace: 'shop', name: 'job', uid: 'j', status: 'Completed', ready: false, restarts: 0 },
      ],
    }),
  ),
  implementRead(kubernetes.listEvents, async () => ({ events: [] })),
  implementRead(kubernetes.nodeReady, async ({ node }) => ({
    verdict: site.out.has(node) ? 'unknown' : 'pass',
    reason: `${node} is ${site.out.has(node) ? 'not ' : ''}Ready`,
  })),
  implementRead(hosts.hostAnswers, async ({ host }) =>
    site.hostAnswers
      ? { verdict: 'pass', reason: `${host} answers`, host, bootId: 'boot', clockAheadMs: 0 }
      : {
          verdict: 'fail',
          reason: `${host} cannot be reached by SSH`,
          host,
          bootId: null,
          clockAheadMs: null,
        },
  ),
  implementRead(hosts.serviceStatus, async ({ host, unit }) =>
    serviceRunning(unit, { host, ...(site.down.has(unit) && { activeState: 'inactive', subState: 'dead' }) }),
  ),
  implementRead(hosts.journal, async () => journalWith(KUBELET_PATTERNS, site.said)),
  changing(hosts.restartService, {
    preconditions: { hostKey: 'k', bootId: 'boot', running: { kind: 'invocation', id: 'i' } },
    preimage: {},
    does: ({ unit }) => {
      site.restart(unit);
      return { startedAt: new Date().toISOString(), invocationId: 'j', mainPid: 2, activeState: 'active' };
    },
  }),
];

let engine: Engine;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickets-'));
  engine = await startEngine({
    entry: new URL('../../worker/entry.ts', import.meta.url),
    steps: [...steps, ...createTicketSteps({ folder })],
    people: ON_CALL,
  });
});
afterAll(async () => {
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
});

const start = () => engine.start('node-not-ready', { node: 'n3', withinSeconds: 2 });
async function answer(run: Run, title: RegExp, said: string) {
  const question = await run.question((q) => title.test(q.title));
  await run.decide(question, { answer: said });
  return question;
}

test('the kubelet was stopped: said, restarted once, seen Ready, and written up', async () => {
  const run = await start();
  const question = await answer(run, /^Restart kubelet.service on n3$/, 'approve');
  expect(question.body).toMatch(/it was told to stop/);
  expect(question.body).toMatch(/stopped on purpose: ask whether somebody works on this host/);
  expect(question.body).toMatch(/2 pods are on it/);
  const { outcome, result } = await run.end();
  expect(outcome).toBe('completed');
  expect((result as { report: string }).report).toMatch(/# n3 is not Ready[^]*kubelet.service was restarted/);
  expect(site.effects).toEqual(['restart kubelet.service']);
});

test('the runtime under it is down: that is what is restarted', async () => {
  site.down.add('containerd.service');
  const run = await start();
  await answer(run, /^Restart containerd.service on n3$/, 'approve');
  expect((await run.end()).outcome).toBe('completed');
  expect(site.effects).toEqual(['restart containerd.service']);
});

test.each<[string, () => unknown, RegExp]>([
  ['the host is out with it', () => (site.hostAnswers = false), /^n3 is out as a machine.*StatefulSets/],
  ['another node is out too', () => site.out.add('n1'), /^2 of 3 nodes are not Ready.*control plane/],
  [
    'somebody has cordoned it and stopped the kubelet',
    () => (site.cordonedBy = 'kubectl-cordon at 02:30'),
    /cordoned by kubectl-cordon at 02:30: somebody works on it/,
  ],
  [
    'its certificate is over: a restart would not mend it',
    () => {
      site.down.clear();
      site.said = { certificate: 10 };
    },
    /certificate on n3 is not valid.*kubeadm/,
  ],
])('%s: handed over, and nothing is touched', async (_, arrange, reason) => {
  arrange();
  const run = await start();
  expect(await run.end()).toMatchObject(handedOver(reason));
  expect(site.effects).toEqual([]);
});

test('it is Ready by now: over', async () => {
  site.out.clear();
  expect(await (await start()).end()).toMatchObject({ outcome: 'completed', result: { over: true } });
});

test('restarted, and still not Ready: looked at again and handed over', async () => {
  site.restartHelps = false;
  const run = await start();
  await answer(run, /^Restart kubelet/, 'approve');
  await run.question((q) => q.kind === 'hold');
  site.said = { api: 10 };
  await answer(run, /^n3 is Ready: what now/, 'skip');
  expect(await run.end()).toMatchObject(
    handedOver(/was restarted, and n3 is still not Ready.*does not reach the API/),
  );
  expect(site.effects).toEqual(['restart kubelet.service']);
});
