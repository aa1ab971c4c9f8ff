import { expect, test } from '@jest/globals';
import { renderMilestones, renderTimes, sparkline } from '../../../cli/render/report.ts';
import type { Percentiles, ReportView } from '../../../gateway/api/report.ts';
import { screenOf } from './samples.ts';

const none: Percentiles = { known: 0 };
const times = {
  detect: none,
  acknowledge: none,
  mitigate: none,
  resolve: { known: 2, p50: 60_000, p90: 125_000 },
};
const report: ReportView = {
  ...{ since: '2026-10-22T00:00:00Z', until: '2026-11-21T00:00:00Z', cut: false },
  runbooks: [
    {
      ...{ runbook: 'pods-crash', incidents: 3, times },
      trend: [60_000, undefined, 480_000].map((p50) => ({
        ...{ from: '2026-10-22T00:00:00Z', incidents: 1 },
        times: {
          ...times,
          detect: { known: 1, p50: 30_000 },
          acknowledge: { known: 1, p50: p50 && 540_000 - p50 },
          resolve: { known: 1, p50 },
        },
      })),
    },
  ],
};

test('a line a runbook: how long, of how many it is known, and how each went over time', () => {
  const [head, line, , trendHead, trend] = renderTimes(report, screenOf(140));
  expect(head).toMatch(/^RUNBOOK +RUNS +DETECTED +ACKNOWLEDGED +MITIGATED +RESOLVED$/);
  expect(line).toMatch(/^pods-crash +3 +- +- +- +1 min \/ 2 min 5 s \(2\)$/);
  expect(trendHead).toMatch(/^OVER TIME +DETECTED +ACKNOWLEDGED +MITIGATED +RESOLVED$/);
  expect(trend).toMatch(/^pods-crash +███ +█·▂ +··· +▂·█$/);
  expect(renderTimes(report, screenOf(140)).join(' ')).toContain('of the last 30 days');
  expect(renderTimes({ ...report, cut: true }, screenOf(140)).at(-1)).toContain('the oldest are left out');
});

test('nothing to tell is said', () => {
  expect(renderTimes({ ...report, runbooks: [] }, screenOf(80))).toEqual([
    'No run that an alert or a person started came in the last 30 days and has ended.',
  ]);
});

test('a sparkline of nothing, of noughts and of one', () => {
  expect(sparkline([])).toBe('');
  expect(sparkline([0, undefined, 0])).toBe('▁·▁');
  expect(sparkline([5])).toBe('█');
});

test('of one run: each moment with its fact, and what nobody knows', () => {
  const unknown = { unknown: 'nothing was\u001b[2J changed' };
  const lines = renderMilestones(
    {
      ...{ workflowId: 'pods-crash/1', runbook: 'pods-crash', title: 'Pods crash', receivedAt: '' },
      milestones: {
        'impact-began': { at: '2026-11-21T02:44:00Z', because: 'the first crash' },
        detected: unknown,
        acknowledged: unknown,
        mitigated: unknown,
        resolved: unknown,
      },
    },
    screenOf(80),
  );
  expect(lines).toContain('  impact began 02:44:00, the first crash');
  expect(lines).toContain('  mitigated    not known: nothing was changed');
});
