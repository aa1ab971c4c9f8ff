/**
 * Is the new revision what is wrong? Its pods are laid beside those of the older ones. Where no older pod is left to
 * compare with, only the order of things can tell: trouble that began before the revision was made is not its fault.
 */
import type { Pod, Revision } from '../../activities/kubernetes/contract.ts';
import { crashing, isHealthy, sickSince } from './is-sick.ts';

export type Release =
  | {
      readonly fault: 'release';
      readonly current: Revision;
      readonly previous: RevisionToGoTo;
      readonly because: string;
    }
  | { readonly fault: 'elsewhere' | 'undecided' | 'nothing'; readonly because: string };

export type RevisionToGoTo = Revision & { readonly templateHash: string };

/** Judges the pods of one Deployment against its revisions, as rolloutHistory gives them. */
export function judgeRelease(seen: {
  readonly pods: readonly Pod[];
  readonly revisions: readonly Revision[];
  readonly now: Date;
}): Release {
  const { pods, revisions, now } = seen;
  const current = revisions.find((r) => r.current);
  if (!current)
    return { fault: 'undecided', because: 'The controller has made no pods of the present template yet.' };
  const isNew = (pod: Pod) => pod.templateHash === current.templateHash;
  const sick = crashing(pods);
  const newSick = sick.filter(isNew);
  const newHealthy = pods.filter((p) => isNew(p) && isHealthy(p));
  const oldSick = sick.filter((p) => !isNew(p));
  const oldHealthy = pods.filter((p) => !isNew(p) && isHealthy(p));
  const name = `revision ${current.revision}`;

  if (newSick.length === 0 && oldSick.length > 0) {
    return {
      fault: 'elsewhere',
      because: `Pods of older revisions are sick (${oldSick.length}), those of ${name} are not.`,
    };
  }
  if (newSick.length === 0) {
    return newHealthy.length > 0
      ? { fault: 'nothing', because: `No pod of ${name} is sick; ${newHealthy.length} of them are well.` }
      : {
          fault: 'undecided',
          because: `No pod of ${name} is up or has failed: there is nothing to judge it by.`,
        };
  }
  if (oldSick.length > 0) {
    return {
      fault: 'elsewhere',
      because: `Pods of ${name} and of older revisions are sick alike (${newSick.length} and ${oldSick.length}): the release does not explain it.`,
    };
  }
  if (newHealthy.length > 0) {
    return {
      fault: 'undecided',
      because: `${newHealthy.length} pods of ${name} are well and ${newSick.length} are not: the release alone does not explain it.`,
    };
  }
  const previous = previousOf(current, revisions);
  if (!previous)
    return { fault: 'undecided', because: `There is no revision before ${current.revision} to go back to.` };
  if (oldHealthy.length > 0) {
    return {
      fault: 'release',
      current,
      previous,
      because: `All ${newSick.length} pods of ${name} are sick, and all ${oldHealthy.length} of older revisions are well.`,
    };
  }
  return byTime({ current, previous, pods, sick: newSick.length, now });
}

/** The newest one before it. */
export function previousOf(current: Revision, revisions: readonly Revision[]): RevisionToGoTo | undefined {
  return revisions
    .filter((r): r is RevisionToGoTo => r.revision < current.revision && r.templateHash !== null)
    .sort((a, b) => b.revision - a.revision)[0];
}

function byTime(o: {
  readonly current: Revision;
  readonly previous: RevisionToGoTo;
  readonly pods: readonly Pod[];
  readonly sick: number;
  readonly now: Date;
}): Release {
  const { current, previous, pods, sick, now } = o;
  const all = `All ${sick} pods are sick and of revision ${current.revision}; none of an older one is left to compare with`;
  const since = sickSince(pods, { warnings: [], now });
  if (since === undefined)
    return { fault: 'undecided', because: `${all}, and when the trouble began is not known.` };
  const seconds = Math.round((Date.parse(since) - Date.parse(current.created)) / 1_000);
  return seconds < 0
    ? {
        fault: 'elsewhere',
        because: `${all}, and the trouble began ${-seconds} s before that revision was made.`,
      }
    : {
        fault: 'release',
        current,
        previous,
        because: `${all}. The trouble began ${seconds} s after that revision was made.`,
      };
}
