import type { ObservedChange } from '../../contract/events.ts';
import { edits } from './edits.ts';
import { jobs } from './jobs.ts';
import { nodes } from './nodes.ts';
import { pods } from './pods.ts';
import { rollouts } from './rollouts.ts';
import { scaling } from './scaling.ts';
import { services } from './services.ts';
import type { Snapshot, Source, Window } from './snapshot.ts';

const SOURCES: readonly Source[] = [rollouts, edits, scaling, services, pods, nodes, jobs];

/** Everything that changed in the window, oldest first, the same thing told once. */
export function collectChanges(seen: Snapshot, window: Window): ObservedChange[] {
  const found = SOURCES.flatMap((source) => source(seen, window)).map((c) => ({
    ...c,
    at: new Date(c.at).toISOString(),
    ...(c.until && { until: new Date(c.until).toISOString() }),
  }));
  const rolledOut = new Set(found.filter((c) => c.kind === 'rollout').map((c) => c.object));
  return found
    .filter((c) => c.kind !== 'workload-edit' || !rolledOut.has(c.object))
    .sort((a, b) => a.at.localeCompare(b.at) || a.object.localeCompare(b.object));
}

/** The newest `limit`; crash loops, evictions and jobs give way first, for they are effects, not causes. */
export function boundChanges(changes: readonly ObservedChange[], limit: number): ObservedChange[] {
  if (changes.length <= limit) return [...changes];
  const effects = new Set<ObservedChange['kind']>(['back-off', 'eviction', 'out-of-memory', 'job']);
  const newest = (of: ObservedChange[], number: number) => (number <= 0 ? [] : of.slice(-number));
  const causes = newest(
    changes.filter((c) => !effects.has(c.kind)),
    limit,
  );
  const others = newest(
    changes.filter((c) => effects.has(c.kind)),
    limit - causes.length,
  );
  const kept = new Set([...causes, ...others]);
  return changes.filter((c) => kept.has(c));
}
