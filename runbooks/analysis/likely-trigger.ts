import type { ObservedChange } from '../../activities/kubernetes/contract.ts';

/** What is seen because pods crash, not what makes them. */
const SYMPTOMS: ReadonlySet<ObservedChange['kind']> = new Set(['back-off', 'out-of-memory', 'eviction']);

export interface Candidate {
  readonly change: ObservedChange;
  /** From its last occurrence before the trouble began to that moment. */
  readonly secondsBefore: number;
}

export interface LikelyTrigger {
  /** What changed before the trouble began, the nearest first. Near is not guilty. */
  readonly candidates: readonly Candidate[];
  /** Left out because they came later, or are what a crash looks like. */
  readonly later: number;
  readonly symptoms: number;
  readonly summary: string;
}

/** What changed just before `since` (the first sign of trouble), in the window that was looked at. */
export function likelyTrigger(changes: readonly ObservedChange[], since: string | undefined): LikelyTrigger {
  const symptoms = changes.filter((c) => SYMPTOMS.has(c.kind));
  const causes = changes.filter((c) => !SYMPTOMS.has(c.kind));
  const start = since === undefined ? Number.POSITIVE_INFINITY : Date.parse(since);
  const candidates = causes
    .filter((c) => Date.parse(c.at) <= start)
    .map((change) => ({ change, secondsBefore: secondsBefore(change, start) }))
    .sort((a, b) => a.secondsBefore - b.secondsBefore || Date.parse(b.change.at) - Date.parse(a.change.at));
  return {
    candidates,
    later: causes.length - candidates.length,
    symptoms: symptoms.length,
    summary: summarise(candidates, since),
  };
}

/** A series that went on past the start counts as happening at the start. */
function secondsBefore(change: ObservedChange, start: number): number {
  if (!Number.isFinite(start)) return 0;
  const last = Math.min(Date.parse(change.until ?? change.at), start);
  return Math.round((start - last) / 1000);
}

function summarise(candidates: readonly Candidate[], since: string | undefined): string {
  const [nearest, next] = candidates;
  if (!nearest) return 'Nothing that was looked at changed before the trouble began.';
  if (since === undefined)
    return `${candidates.length} changes in the window; when the trouble began is not known.`;
  const others = next ? `, and ${candidates.length - 1} earlier` : '';
  return `${nearest.change.summary}, ${nearest.secondsBefore} s before the first crash${others}.`;
}
