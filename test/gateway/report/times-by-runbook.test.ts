import { expect, test } from '@jest/globals';
import { timesByRunbook } from '../../../gateway/report/times-by-runbook.ts';
import type { Incident } from '../../../ledger/incidents.ts';

const day = (n: number, minute = 0) => new Date(Date.UTC(2026, 10, n, 0, minute)).toISOString();
/** Detected on a day, resolved so many minutes later, or never. */
const incident = (n: number, minutes: number | undefined, runbook = 'sick'): Incident => ({
  ...{ workflowId: `${runbook}/${n}`, runbook, title: 'Sick', receivedAt: day(n) },
  milestones: {
    'impact-began': { unknown: '' },
    detected: { at: day(n), because: '' },
    acknowledged: { unknown: '' },
    mitigated: { unknown: '' },
    resolved: minutes === undefined ? { unknown: '' } : { at: day(n, minutes), because: '' },
  },
});
const window = { since: new Date(day(1)), until: new Date(day(11)), parts: 5 };
const MINUTE = 60_000;

test('by the nearest rank, of those that are known', () => {
  const tens = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100].map((minutes) => incident(2, minutes));
  const [only, ...others] = timesByRunbook([...tens, incident(3, undefined)], window);
  expect(others).toEqual([]);
  expect(only).toMatchObject({ runbook: 'sick', incidents: 11 });
  expect(only?.times.resolve).toEqual({ known: 10, p50: 50 * MINUTE, p90: 90 * MINUTE });
  expect(only?.times.detect).toEqual({ known: 0, p50: undefined, p90: undefined });
});

test('over time: equal parts, the end belongs to the last', () => {
  const [only] = timesByRunbook(
    [incident(1, 10), incident(4, 30), incident(4, 50), incident(11, 20)],
    window,
  );
  expect(only?.trend.map(({ from, incidents, times }) => [from, incidents, times.resolve.p50])).toEqual([
    [day(1), 1, 10 * MINUTE],
    [day(3), 2, 30 * MINUTE],
    [day(5), 0, undefined],
    [day(7), 0, undefined],
    [day(9), 1, 20 * MINUTE],
  ]);
});

test('each runbook by itself, by name', () => {
  const found = timesByRunbook([incident(2, 1, 'b'), incident(2, 2, 'a')], window);
  expect(found.map(({ runbook }) => runbook)).toEqual(['a', 'b']);
});
