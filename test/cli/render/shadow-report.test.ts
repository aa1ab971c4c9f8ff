import { expect, test } from '@jest/globals';
import { renderShadowReport } from '../../../cli/render/shadow-report.ts';
import type { ShadowReport } from '../../../gateway/api/shadow.ts';
import { screenOf } from './samples.ts';

const cordon = {
  plan: 1,
  index: 0,
  step: 'kubernetes.cordonNode',
  target: 'node/worker-3',
  summary: 'Cordon worker-3',
  risk: 'reversible' as const,
  askedAt: '2026-11-21T02:48:00Z',
};
const report: ShadowReport = {
  runbook: 'node-sick',
  inShadow: true,
  totals: {
    ...{ runs: 3, open: 1, withoutChange: 1, notCompared: 0, changes: 2 },
    ...{ same: 1, other: 0, nothing: 0, unknown: 1, agreement: 1 },
  },
  runs: [
    {
      workflowId: 'node-sick/a/3',
      alert: 'NodeSick',
      status: 'started',
      receivedAt: '2026-11-21T02:49:00Z',
      changes: [],
    },
    {
      workflowId: 'node-sick/a/2',
      alert: 'NodeSick',
      status: 'ended',
      outcome: 'completed',
      result: 'tried as far as it goes',
      receivedAt: '2026-11-21T02:47:00Z',
      endedAt: '2026-11-21T03:12:10Z',
      resolvedAt: '2026-11-21T03:12:00Z',
      changes: [
        {
          ...cordon,
          agreement: 'same',
          reason: 'its target is as this change would have left it',
          seenAt: '2026-11-21T02:58:00Z',
          writes: [{ at: '2026-11-21T02:57:10Z', who: 'kubectl-cordon', what: 'updated it' }],
        },
        {
          ...{ ...cordon, index: 1, target: 'pod/a/b', summary: 'Delete pod a/b\u001b[31m' },
          ...{ agreement: 'unknown', reason: 'forbidden', seenAt: '2026-11-21T03:12:05Z', writes: [] },
        },
      ],
    },
    {
      ...{ workflowId: 'node-sick/a/1', status: 'ended', outcome: 'handed-over', changes: [] },
      ...{ receivedAt: '2026-11-20T02:47:00Z', result: { reason: 'no fault found' } },
    },
  ],
};

test('totals, then each run beside what was done', () => {
  expect(renderShadowReport(report, screenOf(80)).join('\n')).toMatchInlineSnapshot(`
   "node-sick is in shadow
   3 runs: 1 not over, 1 would have changed nothing, 0 ended before there was
   anything to compare.
   2 changes: 1 done the same (100% of those one can tell), 0 done otherwise, 0 not
   done, 1 nobody can tell.

   node-sick/a/3
     NodeSick 02:49:00: not over, looks until the alert resolves

   node-sick/a/2
     NodeSick 02:47:00, resolved 03:12:00; completed: tried as far as it goes
     same       Cordon worker-3
                would have asked 02:48:00, seen 02:58:00: its target is as this
                change would have left it
                02:57:10 kubectl-cordon: updated it
     unknown    Delete pod a/b
                would have asked 02:48:00, seen 03:12:05: forbidden

   node-sick/a/1
     Alert 2026-11-20 02:47:00; handed-over
     It would have changed nothing."
  `);
});

test('before the first alert it says how things stand', () => {
  const none = { ...report, runs: [], totals: { ...report.totals, runs: 0 } };
  expect(renderShadowReport(none, screenOf(80)).join(' ')).toMatch(/is in shadow, and none of its alerts/);
  expect(renderShadowReport({ ...none, inShadow: false }, screenOf(80)).join(' ')).toMatch(
    /never was\. Put it there with shadow: \["node-sick"\]/,
  );
});
