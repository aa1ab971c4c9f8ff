import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { effectiveWrites, openAuditLog, type AuditLog } from '../../lab/audit-log.ts';
import { createLab, type Lab } from '../../lab/index.ts';
import { readJournal } from '../../lab/node/journal.ts';
import { nextQuestion } from './next-question.ts';
import { startStack, type Stack } from './stack.ts';

const MINUTES = 60_000;
const NODE = 'node-worker-3';
const CHANGER = /nightshift-change/;

let lab: Lab;
let stack: Stack;
let since: Date;
let audit: AuditLog;

async function openLab(): Promise<Lab> {
  const { LabDetails } = await import('../../lab/details.ts');
  const { name, stateDirectory } = LabDetails.parse(
    JSON.parse(await readFile(process.env['TEST_LAB']!, 'utf8')),
  );
  return createLab({ name, stateDirectory });
}

const writes = (filter: Parameters<typeof effectiveWrites>[1] = {}) =>
  effectiveWrites(audit.requests(), { since, user: CHANGER, ...filter });

/** Restarts of kube-proxy that systemd was told to make, as the node's own journal has them. */
const helperChanges = async () =>
  (
    await readJournal(
      { stateDirectory: stack.lab.stateDirectory, node: NODE },
      { identifier: 'nightshift-host', since },
    )
  ).map((e) => e.message);

beforeAll(async () => {
  lab = await openLab();
  await lab.heal();
}, 5 * MINUTES);

afterAll(async () => {
  await lab.heal();
}, 5 * MINUTES);

describe('the incident, from the alert to the sealed record', () => {
  beforeAll(async () => {
    await lab.breakIt();
    stack = await startStack();
    since = new Date();
    audit = openAuditLog(stack.lab.auditLog);
    await stack.start('worker');
    await stack.start('gateway');
  }, 8 * MINUTES);
  afterAll(() => stack.stop());

  test(
    'finds the node and the cause, moves the pods, repairs the routing, puts the node back, and can prove it',
    async () => {
      expect(await stack.sendAlert()).toBe(202);
      const run = await stack.firstRun();

      const move = await stack.question(run, /^Move payment-service off/);
      expect(move.question.title).toBe(`Move payment-service off ${NODE}`);
      expect(move.question.plan!.changes[0]).toMatchObject({
        step: 'kubernetes.cordonNode',
        target: `node/${NODE}`,
      });
      expect(move.question.plan!.changes.slice(1).every((c) => c.step === 'kubernetes.deletePod')).toBe(true);
      expect(move.question.plan!.putBacks).toMatchObject([
        { step: 'kubernetes.uncordonNode', target: `node/${NODE}`, once: { step: 'hosts.kubeProxySynced' } },
      ]);
      expect(writes({ resource: 'nodes' })).toEqual([]);
      await stack.answer(move, 'approve', 'looks right');

      const fix = await nextQuestion(stack, run);
      expect(fix.question.title).toMatch(new RegExp(`^Give kube-proxy on ${NODE}`));
      expect(fix.question.body).toMatch(/out of memory|OOM|memory limit/i);
      expect(writes({ resource: 'nodes', name: NODE })).toHaveLength(1);
      await stack.answer(fix, 'approve');

      expect(await stack.ended(run)).toMatchObject({ outcome: 'completed' });

      const nodeWrites = writes({ resource: 'nodes', name: NODE });
      expect(nodeWrites).toHaveLength(2);
      const [cordon, uncordon] = nodeWrites;
      const deleted = writes({ resource: 'pods', verb: 'delete', namespace: 'payments' });
      expect(new Set(deleted.map((d) => d.name)).size).toBe(deleted.length);
      expect(deleted.every((d) => d.at > cordon!.at && d.at < uncordon!.at)).toBe(true);
      const onHost = await helperChanges();
      expect(onHost.filter((m) => /restart/.test(m) && /begun|begin/.test(m)).length).toBeLessThanOrEqual(1);

      const { state } = await stack.api.run(run);
      const order = state!.journal.filter((e) => e.kind === 'change').map((e) => [e.name, e.status]);
      expect(order.at(-1)?.[0]).toBe('tickets.open');
      expect(order.map(([name]) => name).indexOf('kubernetes.uncordonNode')).toBeGreaterThan(
        order.map(([name]) => name).indexOf('hosts.restartService'),
      );
      expect(
        state!.journal
          .filter((e) => e.kind === 'finding')
          .map((e) => e.text)
          .join('\n'),
      ).toMatch(/node-worker-3/);

      const [ticket] = await readdir(join(stack.directory, 'tickets'));
      const report = await readFile(join(stack.directory, 'tickets', ticket!), 'utf8');
      expect(report).toMatch(/memory/i);
      expect(report).toMatch(/ana/);
      expect(await stack.ledger.leftovers()).toEqual([]);
      await stack.verifiedRecord(run);
    },
    15 * MINUTES,
  );
});

describe('the counter-case: a fix that does not help', () => {
  beforeAll(async () => {
    await lab.heal();
    await lab.breakIt();
    stack = await startStack();
    await stack.start('worker');
    await stack.start('gateway');
  }, 8 * MINUTES);
  afterAll(() => stack.stop());

  test(
    'the node stays cordoned, the run holds and says why, and what it leaves is listed',
    async () => {
      since = new Date();
      audit = openAuditLog(stack.lab.auditLog);
      const input = { namespace: 'payments', service: 'payment-service', memoryMax: '22M' };
      const { workflowId: run } = await stack.api.startRun({
        runbook: 'pods-crash-on-one-node',
        input,
        dryRun: false,
      });
      await stack.answer(await stack.question(run, /^Move payment-service off/), 'approve');
      await stack.answer(await nextQuestion(stack, run), 'approve');
      const hold = await stack.question(run, /has not synced/);
      expect(hold.question.body).toMatch(/stays cordoned/);
      expect(hold.question.body).toMatch(/memory/i);
      await stack.answer(hold, 'leave');
      expect((await stack.ended(run)).outcome).toBe('handed-over');
      expect(writes({ resource: 'nodes', name: NODE })).toHaveLength(1);
      expect(await stack.ledger.leftovers()).toMatchObject([
        { workflowId: run, target: `node/${NODE}`, owner: 'payments-oncall' },
      ]);
      await stack.verifiedRecord(run);
    },
    15 * MINUTES,
  );
});
