import type { ProposedChange } from '../../activities/kit/index.ts';
import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { finding } from '../../workflows/index.ts';
import { putBackOf } from '../analysis/configuration-change.ts';
import { isYoung } from '../analysis/young-change.ts';
import { rollBack, youngRelease } from '../young-release.ts';

type Workload = NonNullable<Pod['workload']>;

/** The change of a workload that may have made it slow, and what takes it back. */
export type Cause =
  | {
      readonly title: string;
      readonly changes: readonly ProposedChange<unknown>[];
      /** When it was made. */
      readonly at: string;
      readonly because: string;
    }
  | { readonly reason: string };

/** A release or an edit of its configuration within the last hour. Two of them are one too many to choose from. */
export async function whatSlowedIt(namespace: string, workload: Workload): Promise<Cause> {
  const { kind, name } = workload;
  if (kind !== 'Deployment') return { reason: `A ${kind} is not put back by this runbook` };
  const of = { namespace, kind: 'Deployment' as const, name };
  const [release, { sources }] = await Promise.all([
    youngRelease({ namespace, deployment: name }),
    kubernetes.configurationOf(of),
  ]);
  const edited = sources.flatMap((source) => {
    const { kind: of, changes, lastEdit } = source;
    if (of !== 'ConfigMap' || changes.length === 0) return [];
    return lastEdit && isYoung(lastEdit.at, new Date()) ? [{ ...source, lastEdit }] : [];
  });
  const words = [
    ...(release ? [release.words] : []),
    ...edited.map(
      (s) =>
        `ConfigMap ${s.name} is not what was applied in ${s.changes.map((c) => c.key).join(', ')}: ${s.lastEdit.by} wrote it at ${s.lastEdit.at}.`,
    ),
  ];
  finding(words.length > 0 ? `What changed of ${name}` : `Nothing of ${name} changed within the last hour`, {
    evidence: words,
  });
  if (words.length > 1)
    return { reason: `More than one change of ${name} may have begun it: ${words.join(' ')}` };
  const [source] = edited;
  if (source) {
    const back = putBackOf(source, { log: [] });
    if (back.fault !== 'config-map') return { reason: back.because };
    const keys = Object.keys(back.values).join(', ');
    return {
      title: `Put ${keys} of ConfigMap ${source.name} back to what was applied, and restart ${name}`,
      changes: [
        kubernetes.setConfigMapKeys({ namespace, configMap: source.name, values: back.values }),
        kubernetes.rolloutRestart(of),
      ],
      at: source.lastEdit.at,
      because: words.join(' '),
    };
  }
  if (!release)
    return { reason: `No release and no edit of its configuration within the last hour explains it` };
  if (release.paused)
    return {
      reason: `${release.words} It is paused, so it cannot be rolled back: kubectl rollout resume deployment/${name} -n ${namespace}`,
    };
  const { title, change } = rollBack(namespace, release);
  return { title, changes: [change], at: release.created, because: release.words };
}
