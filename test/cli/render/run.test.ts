import { expect, test } from '@jest/globals';
import { renderRun } from '../../../cli/render/run.ts';
import { run, screenOf } from './samples.ts';

test('a run on 80 columns', () => {
  expect(renderRun(run, screenOf(80)).join('\n')).toMatchInlineSnapshot(`
   "Pods of one service crash, all on one node                               running

   run       pods-crash-on-one-node/payments.payment-service/1
   runbook   pods-crash-on-one-node
   started   02:47:10, 2 min 20 s ago
   now       waits for approval of "Move payment-service off node-worker-3" from
             payments-oncall, for 40 s, until 02:58:50, in 9 min 20 s

   STORY
   +1s     ✔ read      error rate of payment-service (0.2 s)
   +2s     ✔ read      pods app=payment-service in payments (15 s)
   +1m10s  ✔ finding   Crashing pods share one node: node-worker-3 (2 of 2 sick, 0
                       of 2 healthy)
   +1m30s  ✘ check     does node-worker-3 reach 10.96.45.12:5432? (failed, 5.0 s)
   +1m40s  ⏸ question  Move payment-service off node-worker-3 (waiting)"
  `);
});

test('a run on 120 columns has the time of day', () => {
  expect(renderRun(run, screenOf(120)).at(-1)).toMatchInlineSnapshot(
    `"02:48:50 +1m40s  ⏸ question  Move payment-service off node-worker-3 (waiting)"`,
  );
});

test('a run on a phone', () => {
  expect(renderRun(run, screenOf(40)).slice(-8).join('\n')).toMatchInlineSnapshot(`
   "  payments (15 s)
   +1m10s ✔ Crashing pods share one node:
     node-worker-3 (2 of 2 sick, 0 of 2
     healthy)
   +1m30s ✘ does node-worker-3 reach
     10.96.45.12:5432? (failed, 5.0 s)
   +1m40s ⏸ Move payment-service off
     node-worker-3 (waiting)"
  `);
});

test('an ended run says how, and no longer what it waits for', () => {
  const text = renderRun({ ...run, outcome: 'rejected' }, screenOf(80)).join('\n');
  expect(text).toContain('rejected');
  expect(text).not.toContain('waits for');
});
