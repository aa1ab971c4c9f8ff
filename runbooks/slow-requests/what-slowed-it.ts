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

/**
 * A release or an edit of its configuration within the last hour. Two of them are one too many to choose from, also where
 * only of one it is known what it was before.
 */
export async function whatSlowedIt(namespace: string, workload: Workload): Promise<Cause> {
  const { kind, name } = workload;
  if (kind !== 'Deployment') return { reason: `A ${kind} is not put back by this runbook` };
  const of = { namespace, kind: 'Deployment' as const, name };
  const [release, { sources, truncated }] = await Promise.all([
    youngRelease({ namespace, deployment: name }),
    kubernetes.configurationOf(of),
  ]);
  const edited = sources.flatMap((source) => {
    const { lastEdit } = source;
    return lastEdit && isYoung(lastEdit.at, new Date()) ? [{ ...source, lastEdit }] : [];
  });
  const notSeen = [
    ...sources.filter((s) => s.state === 'not-seen').map((s) => `${s.kind} ${s.name}`),
    ...(truncated ? [truncated] : []),
  ];
  const unseen = notSeen.length > 0 ? [`Not seen: ${notSeen.join(', ')}.`] : [];
  const words = [
    ...(release ? [release.words] : []),
    ...edited.map(({ kind: of, name: its, changes, lastEdit: { by, at } }) =>
      changes.length > 0
        ? `${of} ${its} is not what was applied in ${changes.map((c) => c.key).join(', ')}: ${by} wrote it at ${at}.`
        : `${of} ${its} was written by ${by} at ${at}; what it was before is not known.`,
    ),
  ];
  const nothing = `Nothing ${notSeen.length > 0 ? 'that is seen ' : ''}of ${name} changed within the last hour`;
  finding(words.length > 0 ? `What changed of ${name}` : nothing, { evidence: [...words, ...unseen] });
  const because = [...words, ...unseen].join(' ');
  if (words.length > 1)
    return { reason: sentence(`More than one change of ${name} may have begun it: ${because}`) };
  const [source] = edited;
  if (source) {
    if (source.changes.length === 0) return { reason: sentence(because) };
    const back = putBackOf(source, { log: [] });
    if (back.fault !== 'config-map') {
      const why = source.immutable
        ? 'it is immutable'
        : 'what was applied looks like a secret, or is too large to show';
      return { reason: `${because} It is not for me to write: ${why}` };
    }
    const keys = Object.keys(back.values).join(', ');
    return {
      title: `Put ${keys} of ConfigMap ${source.name} back to what was applied, and restart ${name}`,
      changes: [
        kubernetes.setConfigMapKeys({ namespace, configMap: source.name, values: back.values }),
        kubernetes.rolloutRestart(of),
      ],
      at: source.lastEdit.at,
      because,
    };
  }
  if (!release)
    return {
      reason: sentence(
        `No release and no edit of its configuration within the last hour explains it. ${unseen.join(' ')}`,
      ),
    };
  if (release.paused)
    return {
      reason: `${because} It is paused, so it cannot be rolled back: kubectl rollout resume deployment/${name} -n ${namespace}`,
    };
  const { title, change } = rollBack(namespace, release);
  return { title, changes: [change], at: release.created, because };
}

/** Without the full stop that comes after a reason. */
const sentence = (text: string) => text.trim().replace(/\.$/, '');
