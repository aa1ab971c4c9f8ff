import { kubernetes } from '../activities/kubernetes/contract.ts';
import { prometheus } from '../activities/prometheus/contract.ts';
import { finding } from '../workflows/index.ts';
import { chartLine } from './analysis/chart-line.ts';
import { previousOf, type RevisionToGoTo } from './analysis/judge-release.ts';
import { isYoung } from './analysis/young-change.ts';

/** A release that may have begun the trouble, and the one before it. */
export interface YoungRelease {
  readonly deployment: string;
  readonly revision: number;
  readonly created: string;
  readonly before: RevisionToGoTo;
  /** It cannot be rolled back while it is. */
  readonly paused: boolean;
  /** What it changed, a sentence each: `path: before → after`. */
  readonly changed: readonly string[];
  /** One sentence: which revision, when, what it changed. */
  readonly words: string;
}

/** The present revision of a Deployment where it was made within the last hour and has one before it. */
export async function youngRelease(of: {
  readonly namespace: string;
  readonly deployment: string;
}): Promise<YoungRelease | undefined> {
  const workload = { namespace: of.namespace, kind: 'Deployment' as const, name: of.deployment };
  const { revisions, paused } = await kubernetes.rolloutHistory(workload);
  const current = revisions.find((r) => r.current);
  const before = current && previousOf(current, revisions);
  if (!before || !isYoung(current.created, new Date())) return undefined;
  const { differences, truncated } = await kubernetes.compareRevisions({
    ...workload,
    from: before.revision,
    to: current.revision,
  });
  const changed = [
    ...differences.map((d) => `${d.path}: ${d.before ?? '(absent)'} → ${d.after ?? '(absent)'}`),
    ...(truncated ? [truncated] : []),
  ];
  return {
    deployment: of.deployment,
    revision: current.revision,
    created: current.created,
    before,
    paused,
    changed,
    words: `Revision ${current.revision} of ${of.deployment} was made at ${current.created}; it changed ${changed.join('; ') || 'nothing that is seen'}.`,
  };
}

/** The change that takes a release back, and its title for people. */
export const rollBack = (namespace: string, { deployment, revision, before }: YoungRelease) => ({
  title: `Roll ${deployment} back from revision ${revision} to ${before.revision}`,
  change: kubernetes.rolloutUndo({
    namespace,
    deployment,
    toRevision: before.revision,
    templateHash: before.templateHash,
  }),
});

/**
 * Whether a value is as it was in the minutes before a change (`pass`), or higher (`fail`). Unknown where nobody measured
 * it. `tolerance` 0 for a value that has an upper end: all that is near it would be as before. Writes down what it saw, with
 * a chart.
 */
export async function beforeThat({
  expr,
  at,
  what,
  tolerance = 0.25,
}: {
  readonly expr: string;
  readonly at: string;
  /** What the value is, for people. */
  readonly what: string;
  readonly tolerance?: number;
}) {
  const seconds = Math.ceil((Date.now() - Date.parse(at)) / 1000);
  const compared = await prometheus.compare(
    {
      expr,
      before: `${seconds + 180}s`,
      around: '2m',
      watch: 'higher',
      tolerance,
      chart: what.slice(0, 100),
    },
    { onFailure: 'continue' },
  );
  if (!compared.ok) return undefined;
  const { reason, chart } = compared.value;
  finding(`${what}, beside before ${at}`, {
    evidence: [reason, `asked: ${expr}`, ...chartLine(chart)],
  });
  return compared.value;
}
