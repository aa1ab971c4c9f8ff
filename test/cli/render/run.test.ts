import { expect, test } from '@jest/globals';
import { renderRunDetail } from '../../../cli/render/run-detail.ts';
import type { JournalEntry } from '../../../workflows/messages.ts';
import { approval, detail, run, screenOf, WORKFLOW_ID } from './samples.ts';

const render = (d = detail, width = 80) => renderRunDetail(d, screenOf(width)).join('\n');

test('a run on 80 columns', () => {
  expect(render()).toMatchInlineSnapshot(`
   "Pods of one service crash, all on one node                               running

   run       pods-crash-on-one-node/payments.payment-service/1
   runbook   pods-crash-on-one-node
   began     by alert HighErrorRate from alertmanager
   input     namespace=payments service=payment-service
   started   02:47:10, 2 min 20 s ago
   now       waits for approval of "Move payment-service off node-worker-3"
             (payments-oncall), for 40 s, until 02:58:50, in 9 min 20 s

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
  expect(render(detail, 120).split('\n').at(-1)).toMatchInlineSnapshot(
    `"02:48:50 +1m40s  ⏸ question  Move payment-service off node-worker-3 (waiting)"`,
  );
});

test('a run on a phone', () => {
  expect(render(detail, 40).split('\n').slice(-8).join('\n')).toMatchInlineSnapshot(`
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
  const text = render({ ...detail, state: { ...run, outcome: 'rejected' } });
  expect(text).toContain('rejected');
  expect(text).not.toContain('waits for');
});

test('an open question is shown in full, with the answers so far', () => {
  const text = render({
    ...detail,
    questions: [
      {
        workflowId: WORKFLOW_ID,
        runbook: run.runbook,
        question: approval,
        questionHash: '',
        status: 'open',
        decisions: [
          {
            id: 'd',
            person: 'bo',
            answer: 'approve',
            reason: 'looks right',
            receivedAt: '2026-11-21T02:49:00Z',
          },
        ],
      },
    ],
  });
  expect(text).toContain('APPROVE? Move payment-service off node-worker-3');
  expect(text).toContain('bo: approve (looks right), 02:49:00');
});

test('a run that does not answer says so, and what nobody signed is told', () => {
  const { state: _, ...silent } = detail;
  const text = render({
    ...silent,
    note: 'no worker answers',
    run: { ...detail.run, trigger: { ...detail.run.trigger, authenticated: false } },
  });
  expect(text).toContain('no worker answers');
  expect(text).toContain('by alert HighErrorRate from alertmanager, which nobody signed');
});

test('a run that another one started names it', () => {
  const trigger = { kind: 'run' as const, source: 'drain', run: 'drain/worker-3/1', authenticated: true };
  const text = render({ ...detail, run: { ...detail.run, trigger } });
  expect(text).toContain('by run drain/worker-3/1');
});

test('a finding shows what it rests on, a few lines of it', () => {
  const evidence = [...Array(8).keys()].map((n) => `pod-${n} crashes`);
  const [, , found] = run.journal;
  const journal: JournalEntry[] = [{ ...found!, facts: { evidence } }];
  const lines = render({ ...detail, state: { ...run, journal } }).split('\n');
  expect(lines.slice(-8).map((line) => line.trim())).toEqual([
    'of 2 healthy)',
    ...evidence.slice(0, 6).map((line) => `· ${line}`),
    '… 2 more in the record',
  ]);
});

test('what a finding rests on is a line for each field, and a list within it one line', () => {
  const evidence = [{ 'since about': '02:47', 'not counted': ['web-1', 'web-2'] }, 'asked: up'];
  const [, , found] = run.journal;
  const lines = render({ ...detail, state: { ...run, journal: [{ ...found!, facts: { evidence } }] } });
  expect(
    lines
      .split('\n')
      .slice(-3)
      .map((line) => line.trim()),
  ).toEqual(['· since about: 02:47', '· not counted: web-1, web-2', '· asked: up']);
});

test('looks that say the same again are one line', () => {
  const look = (seq: number): JournalEntry => ({
    seq,
    at: `2026-11-21T02:48:0${seq}Z`,
    kind: 'read',
    name: 'kubernetes.listPods',
    text: 'pods of web',
    status: 'ok',
  });
  const journal = [look(1), look(2), look(3), { ...look(4), status: 'failed' as const }];
  expect(render({ ...detail, state: { ...run, journal } }).match(/pods of web/g)).toHaveLength(2);
});
