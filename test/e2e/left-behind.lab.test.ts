/** A stopped run leaves a cordon; another puts back exactly that one. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { effectiveWrites, openAuditLog } from '../../lab/audit-log.ts';
import type { ClusterApi } from '../../lab/control-plane/cluster-api.ts';
import { apiAs } from '../lab/lab-under-test.ts';
import { until } from '../setup/until.ts';
import { startStack, type Stack } from './stack.ts';

const MINUTES = 60_000;
const NODE = 'node-worker-2';
const PROGRAMS = {
  worker: new URL('./fixtures/worker-main.ts', import.meta.url),
  gateway: new URL('./fixtures/gateway-main.ts', import.meta.url),
};

let stack: Stack;
let admin: ClusterApi;

beforeAll(async () => {
  stack = await startStack({ programs: PROGRAMS });
  admin = await apiAs(stack.lab.kubeconfigs.admin);
  await Promise.all([stack.start('gateway'), stack.start('worker')]);
}, 5 * MINUTES);
afterAll(async () => {
  await asKubectl(false);
  await stack.stop();
});

const asKubectl = (unschedulable: boolean) =>
  admin.call(
    'PATCH',
    `/api/v1/nodes/${NODE}?fieldManager=kubectl-cordon`,
    { spec: { unschedulable } },
    'application/merge-patch+json',
  );

/** Approved and carried out, then stopped: what it set stays. Answers what is listed as left. */
async function leaveACordon() {
  const { workflowId: run } = await stack.api.startRun({
    runbook: 'restart-routing',
    input: { node: NODE },
    dryRun: false,
  });
  await stack.answer(await stack.question(run, /^Cordon/), 'approve');
  await stack.question(run, /^Restart/);
  await stack.api.stopRun(run, 'a test');
  await stack.ended(run);
  return until(
    async () => (await stack.ledger.leftovers()).find((l) => l.workflowId === run),
    () => stack.situation(run),
  );
}

test(
  'left put-back takes the cordon of the run that was stopped away, asked and approved',
  async () => {
    const since = new Date();
    const left = await leaveACordon();
    const { workflowId: run } = await stack.api.putBackLeftover(left.id);
    const question = await stack.question(run, /^Put back: Uncordon/);
    expect(question.question.plan!.putBacks).toMatchObject([
      { dryRun: 'server', warnings: [expect.stringContaining(`${left.workflowId}/0/change-0`)] },
    ]);
    await stack.answer(question, 'approve');
    expect(await stack.ended(run)).toMatchObject({ outcome: 'completed' });
    expect(await stack.ledger.leftovers()).toEqual([]);
    const writes = effectiveWrites(openAuditLog(stack.lab.auditLog).requests(), {
      since,
      user: /nightshift-change/,
      resource: 'nodes',
      name: NODE,
    });
    expect(writes.map((w) => JSON.stringify(w.sent))).toEqual([
      expect.stringContaining('"unschedulable":true'),
      expect.stringContaining('"unschedulable":null'),
    ]);
    await stack.verifiedRecord(run);
  },
  10 * MINUTES,
);

test(
  'a cordon that a person has set in its place stays, and whoever is asked reads whose it is',
  async () => {
    const left = await leaveACordon();
    await asKubectl(false);
    await asKubectl(true);
    const { workflowId: run } = await stack.api.putBackLeftover(left.id);
    const hold = await stack.question(run, /Put back: Uncordon/);
    expect(`${hold.question.title} ${hold.question.body}`).toMatch(
      /is cordoned by kubectl-cordon at .* now, no longer by/,
    );
    await stack.answer(hold, 'abort', 'it is theirs');
    await stack.ended(run);
    expect(await stack.ledger.leftovers()).toMatchObject([{ id: left.id }]);
    await stack.ledger.clearLeftover({ id: left.id, by: 'ana', reason: 'it is theirs' });
  },
  10 * MINUTES,
);
