/** The worker is killed in the middle of a node drain; the API server's own record says what was evicted. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { effectiveWrites, openAuditLog, type AuditLog } from '../../lab/audit-log.ts';
import { createApiFaultProxy, type ApiFaultProxy } from '../../lab/faults/api-fault-proxy.ts';
import { redirectKubeconfig } from '../../lab/faults/proxy-kubeconfig.ts';
import type { Lab, LabDetails } from '../../lab/index.ts';
import { labUnderTest } from '../lab/lab-under-test.ts';
import { until } from '../setup/until.ts';
import { startStack, type Stack } from './stack.ts';

const MINUTES = 60_000;
const NODE = 'node-worker-3';
const EVICTION = { method: 'POST', path: /\/pods\/basket-[^/]+\/eviction(?!.*dryRun)/ };

let lab: Lab;
let details: LabDetails;
let proxy: ApiFaultProxy;
let audit: AuditLog;
let stack: Stack;
let folder: string;

beforeAll(async () => {
  ({ lab, details } = await labUnderTest());
  audit = openAuditLog(details.auditLog);
  proxy = await createApiFaultProxy(details);
  folder = await mkdtemp(join(tmpdir(), 'nightshift-drain-'));
  const changeKubeconfig = await redirectKubeconfig(details.kubeconfigs.change, {
    file: join(folder, 'change.yaml'),
    server: proxy.url,
  });
  const people = { ana: { name: 'Ana', roles: ['platform-oncall'] } };
  stack = await startStack({ changeKubeconfig, config: { people } });
  await Promise.all([stack.start('gateway'), stack.start('worker'), lab.play('node-drain-for-maintenance')]);
}, 10 * MINUTES);
afterAll(async () => {
  await stack.stop();
  await lab.heal();
  await proxy.close();
  await rm(folder, { recursive: true, force: true });
}, 5 * MINUTES);

/** Ana says yes to every plan, tries again what a slow machine did not do in time, and calls the work done. */
async function answerAll(run: string): Promise<void> {
  for (;;) {
    const next = await until(
      async () => {
        const [open] = await stack.ledger.questions({ status: 'open', workflowId: run, limit: 1 });
        if (open) return open.question;
        return (await stack.ledger.run(run))?.status === 'ended' && 'ended';
      },
      () => stack.situation(run),
      5 * MINUTES,
    );
    if (next === 'ended') return;
    const answers = next.options.map((option) => option.answer);
    const answer = ['approve', 'done', 'retry'].find((one) => answers.includes(one));
    if (!answer) throw new Error(`nobody expected "${next.title}"`);
    await stack.answer(await stack.api.question(run, next.id), answer);
    await until(
      async () =>
        (await stack.ledger.questions({ status: 'open', workflowId: run, limit: 1 }))[0]?.question.id !==
        next.id,
      () => stack.situation(run),
      5 * MINUTES,
    );
  }
}

test(
  'a drain whose worker is killed goes on where it was: no pod is evicted twice, and the node comes back',
  async () => {
    const since = new Date();
    const { workflowId: run } = await stack.api.startRun({
      runbook: 'node-drain-for-maintenance',
      input: { nodes: [NODE], reason: 'kernel update', drainWithinSeconds: 25 },
      dryRun: false,
    });
    const held = proxy.holdResponse(EVICTION);
    await stack.answer(await stack.question(run, /^Empty node-worker-3/), 'approve');
    // The API server has evicted a pod, and the worker dies before it hears of it.
    await held.arrived;
    await stack.kill('worker');
    held.drop();
    await stack.start('worker');

    await answerAll(run);
    expect(await stack.ended(run)).toMatchObject({ outcome: 'completed', result: { done: [NODE] } });

    const writes = effectiveWrites(audit.requests(), { since, user: /nightshift-change$/ });
    const evicted = writes.filter((w) => w.resource === 'pods/eviction').map((w) => w.name);
    expect(evicted.filter((name) => name?.startsWith('basket-'))).toHaveLength(3);
    expect(new Set(evicted).size).toBe(evicted.length);
    // Pods leave by the eviction API only, which holds their budgets.
    expect(writes.filter((w) => w.verb === 'delete')).toEqual([]);
    expect(writes.filter((w) => w.resource === 'nodes')).toHaveLength(2);
    // The first attempt has no result of its own: the probe found what it had done.
    const [first, ...further] = (await stack.ledger.intents(run)).filter(
      (i) => i.step === 'kubernetes.drainNode',
    );
    expect(first?.result).toMatchObject({ outcome: 'applied', settledBy: 'probe' });
    expect(further.map((i) => i.plan)).not.toContain(first?.plan);
    expect(await stack.ledger.leftovers()).toEqual([]);
    await stack.verifiedRecord(run);
  },
  15 * MINUTES,
);
