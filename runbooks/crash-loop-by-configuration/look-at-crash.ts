import type { z } from 'zod';
import {
  kubernetes,
  type ConfigurationSource,
  type Difference,
  type Event,
  type Pod,
} from '../../activities/kubernetes/contract.ts';
import type { WorkloadRef } from '../../activities/kubernetes/contract/identity.ts';
import { finding } from '../../workflows/index.ts';
import { sickSince } from '../analysis/is-sick.ts';
import { previousOf, type RevisionToGoTo } from '../analysis/judge-release.ts';
import { refOf } from '../analysis/pods-of.ts';

/** What was read of a crash. */
export interface Crash {
  readonly log: readonly string[];
  readonly warnings: readonly Event[];
  readonly since: string | undefined;
  readonly sources: readonly ConfigurationSource[];
  readonly release:
    | {
        readonly differences: readonly Difference[];
        readonly templateHash: string | null;
        readonly revision: number;
        readonly before: RevisionToGoTo;
        readonly paused: boolean;
      }
    | undefined;
}

/** The last words, what it is configured by and what the release changed, as findings. */
export async function lookAtCrash(
  workload: z.output<typeof WorkloadRef>,
  { pods, sick }: { readonly pods: readonly Pod[]; readonly sick: readonly Pod[] },
): Promise<Crash> {
  const [{ sources }, history, { events: warnings }, log] = await Promise.all([
    kubernetes.configurationOf(workload),
    kubernetes.rolloutHistory(workload),
    kubernetes.listEvents({ namespace: workload.namespace, type: 'Warning', minutes: 60, limit: 200 }),
    lastWords(sick[0]!),
  ]);
  finding(log.length > 0 ? `Its last words: ${log.at(-1)}` : 'It left no last words', { evidence: log });
  finding(`It is configured by ${sources.length} ConfigMaps and Secrets`, {
    evidence: sources.map((s) => `${s.kind} ${s.name}: ${wordsOf(s)}`),
  });

  const current = history.revisions.find((r) => r.current);
  const before = current && previousOf(current, history.revisions);
  const differences = before
    ? (await kubernetes.compareRevisions({ ...workload, from: before.revision, to: current.revision }))
        .differences
    : [];
  if (before) {
    finding(
      `Revision ${current.revision}, made at ${current.created}, differs from ${before.revision} in ${differences.length} fields`,
      {
        evidence: differences.map((d) => `${d.path}: ${d.before ?? '(absent)'} → ${d.after ?? '(absent)'}`),
      },
    );
  }
  return {
    log,
    warnings,
    since: sickSince(pods, { warnings, now: new Date() }),
    sources,
    release: before && {
      differences,
      templateHash: current.templateHash,
      revision: current.revision,
      before,
      paused: history.paused,
    },
  };
}

/** The newest lines of the life that ended last; none of a container that never lived. */
async function lastWords(pod: Pod): Promise<string[]> {
  const container = pod.containers.find((c) => c.lastTermination !== undefined && !c.ready);
  if (!container) return [];
  const { lines } = await kubernetes.podLogs({
    pod: refOf(pod),
    container: container.name,
    previous: true,
    keep: 20,
  });
  return lines.map((l) => l.text);
}

function wordsOf({ state, changes, lastEdit }: ConfigurationSource): string {
  if (state === 'missing') return 'is not there';
  if (state === 'not-seen') return 'may not be read by nightshift';
  const who = lastEdit ? `written last by ${lastEdit.by} at ${lastEdit.at}` : 'nobody knows who wrote it';
  return changes.length > 0 ? `${who}; not as applied: ${changes.map((c) => c.key).join(', ')}` : who;
}
