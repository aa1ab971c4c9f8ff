/** How long incidents took, runbook by runbook and over time. Pure. */
import type { Incident } from '../../ledger/incidents.ts';
import { timesOf, type IncidentTimes } from '../../ledger/milestones.ts';
import { SPANS, type Percentiles, type RunbookTimes, type Span } from '../api/report.ts';

interface Timed {
  readonly at: number;
  readonly runbook: string;
  readonly times: IncidentTimes;
}

/** `parts` equal parts of the time from `since` to `until`, oldest first, each with the medians of its incidents. */
export function timesByRunbook(
  incidents: readonly Incident[],
  window: { readonly since: Date; readonly until: Date; readonly parts: number },
): RunbookTimes[] {
  const timed = incidents.map(({ runbook, receivedAt, milestones }): Timed => {
    return { runbook, at: Date.parse(receivedAt), times: timesOf(milestones) };
  });
  const runbooks = [...new Set(timed.map(({ runbook }) => runbook))].toSorted();
  return runbooks.map((runbook) => {
    const own = timed.filter((each) => each.runbook === runbook);
    return { runbook, incidents: own.length, times: percentilesOf(own), trend: trendOf(own, window) };
  });
}

function trendOf(
  timed: readonly Timed[],
  { since, until, parts }: { readonly since: Date; readonly until: Date; readonly parts: number },
): RunbookTimes['trend'] {
  const length = (until.getTime() - since.getTime()) / parts;
  return Array.from({ length: parts }, (_, part) => {
    const from = since.getTime() + part * length;
    const isLast = part === parts - 1;
    const own = timed.filter(({ at }) => at >= from && (isLast || at < from + length));
    return { from: new Date(from).toISOString(), incidents: own.length, times: percentilesOf(own) };
  });
}

const percentilesOf = (timed: readonly Timed[]): Record<Span, Percentiles> =>
  Object.fromEntries(
    SPANS.map((span) => [span, percentiles(timed.flatMap(({ times }) => times[span] ?? []))]),
  ) as Record<Span, Percentiles>;

/** By the nearest rank: of so many, the one that half (nine tenths) are not longer than. */
function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  return { known: sorted.length, p50: rank(0.5), p90: rank(0.9) };
}
