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

/** The newest `limit`; crash loops and evictions go first when there are too many, for they are effects, not causes. */
export function boundChanges(changes: readonly ObservedChange[], limit: number): ObservedChange[] {
  if (changes.length <= limit) return [...changes];
  const effects = new Set<ObservedChange['kind']>(['back-off', 'eviction', 'out-of-memory', 'job']);
  const causes = changes.filter((c) => !effects.has(c.kind)).slice(-limit);
  const kept = new Set([
    ...causes,
    ...changes.filter((c) => effects.has(c.kind)).slice(-Math.max(0, limit - causes.length)),
  ]);
  return changes.filter((c) => kept.has(c)).slice(-limit);
}
