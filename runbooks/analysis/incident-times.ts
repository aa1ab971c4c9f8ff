import type { journal } from '../../workflows/index.ts';

/** One line of a run's story. */
export type JournalEntry = ReturnType<typeof journal>[number];

/** Moments of an incident, ISO 8601; what nobody knows is absent. */
export interface IncidentMoments {
  /** The first sign of trouble in the cluster. */
  readonly began?: string | undefined;
  /** The alert started firing; the run's start where a person started it. */
  readonly detected: string;
  /** The first answer of a person. */
  readonly acknowledged?: string | undefined;
  /** Users were well again. */
  readonly mitigated?: string | undefined;
  /** The cause was removed and everything put back. */
  readonly resolved?: string | undefined;
}

export interface IncidentTimes {
  readonly toDetect: number | undefined;
  readonly toAcknowledge: number | undefined;
  readonly toMitigate: number | undefined;
  readonly toResolve: number | undefined;
}

/** Seconds from the beginning to each moment; from the detection where the beginning is not known or lies after it. */
export function incidentTimes(m: IncidentMoments): IncidentTimes {
  const detected = Date.parse(m.detected);
  const began = m.began === undefined ? Number.NaN : Date.parse(m.began);
  const known = Number.isFinite(began) && began <= detected;
  const from = known ? began : detected;
  const since = (at: string | undefined) =>
    at === undefined ? undefined : Math.round((Date.parse(at) - from) / 1000);
  return {
    toDetect: known ? since(m.detected) : undefined,
    toAcknowledge: since(m.acknowledged),
    toMitigate: since(m.mitigated),
    toResolve: since(m.resolved),
  };
}

/** When the first person (not a policy) answered a question of the run. */
export const acknowledgedAt = (journal: readonly JournalEntry[]): string | undefined =>
  journal.find((e) => e.kind === 'decision' && e.name !== 'policy')?.at;

/** `4 min 12 s`. */
export function spoken(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return [h && `${h} h`, m && `${m} min`, (s || (!h && !m)) && `${s} s`].filter(Boolean).join(' ');
}
