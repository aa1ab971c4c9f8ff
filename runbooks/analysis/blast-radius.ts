/**
 * What do the sick pods share that the healthy ones do not?
 *
 * Every dimension is counted and the counts are part of the answer. A value is a suspect only when all sick pods have it
 * and no healthy pod does. Two suspects explain the facts equally well (the new revision runs only on that node): they
 * are named as tied and something other than counting has to decide. Pods that are starting, up again after a crash,
 * being deleted or finished prove nothing and are left out.
 */
import type { Pod } from '../../activities/kubernetes/contract.ts';
import { crashing, isHealthy } from './is-sick.ts';

export const DIMENSIONS = ['node', 'zone', 'revision', 'image', 'workload', 'namespace'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export interface Count {
  readonly dimension: Dimension;
  readonly value: string;
  readonly sick: number;
  readonly healthy: number;
}

export interface BlastRadius {
  readonly pattern:
    'nobody is sick' | 'everything is sick' | 'no pattern' | 'one dimension' | 'tied dimensions';
  /** Shared by all the sick and by none of the healthy; one, or several that are tied, narrowest first. */
  readonly suspects: readonly Count[];
  /** Shared by all the sick, but by some of the healthy too, fewest healthy first. Worth a look; proves nothing. */
  readonly leads: readonly Count[];
  readonly sick: number;
  readonly healthy: number;
  readonly leftOut: number;
  /** Every value of every dimension with its sick and healthy pods. */
  readonly counts: readonly Count[];
  /** One sentence with the numbers that decided. */
  readonly summary: string;
}

/** The blast radius of the sick among `pods`. */
export function blastRadius(pods: readonly Pod[]): BlastRadius {
  const sick = crashing(pods);
  const healthy = pods.filter(isHealthy);
  const counts = DIMENSIONS.flatMap((dimension) => countOf(dimension, sick, healthy));
  const shared = counts.filter((c) => c.sick === sick.length && sick.length > 0);
  const suspects = healthy.length === 0 ? [] : shared.filter((c) => c.healthy === 0);
  const leads = shared
    .filter((c) => c.healthy > 0 && c.healthy < healthy.length)
    .sort((a, b) => a.healthy - b.healthy);
  const pattern = patternOf(sick.length, healthy.length, suspects.length);
  const numbers = { sick: sick.length, healthy: healthy.length };
  return {
    pattern,
    suspects,
    leads,
    ...numbers,
    leftOut: pods.length - sick.length - healthy.length,
    counts,
    summary: summarise({ pattern, suspects, leads, shared, ...numbers }),
  };
}

/** The suspect of a dimension, when there is one. */
export const suspect = (radius: BlastRadius, dimension: Dimension): Count | undefined =>
  radius.suspects.find((s) => s.dimension === dimension);

function countOf(dimension: Dimension, sick: readonly Pod[], healthy: readonly Pod[]): Count[] {
  const values = new Map<string, { sick: number; healthy: number }>();
  const tally = (pod: Pod, side: 'sick' | 'healthy') => {
    const value = valueOf(dimension, pod);
    if (value === null) return;
    const count = values.get(value) ?? { sick: 0, healthy: 0 };
    count[side]++;
    values.set(value, count);
  };
  for (const pod of sick) tally(pod, 'sick');
  for (const pod of healthy) tally(pod, 'healthy');
  return [...values].map(([value, count]) => ({ dimension, value, ...count }));
}

function valueOf(dimension: Dimension, pod: Pod): string | null {
  switch (dimension) {
    case 'node':
      return pod.node;
    case 'zone':
      return pod.zone;
    case 'namespace':
      return pod.namespace;
    case 'image':
      return pod.images.length > 0 ? pod.images.join(', ') : null;
    case 'workload':
      return pod.workload ? `${pod.workload.kind}/${pod.workload.name}` : null;
    case 'revision': {
      const revision = pod.revision ?? pod.templateHash;
      return revision === null ? null : `${pod.workload?.name ?? pod.namespace}@${revision}`;
    }
  }
}

function patternOf(sick: number, healthy: number, suspects: number): BlastRadius['pattern'] {
  if (sick === 0) return 'nobody is sick';
  if (healthy === 0) return 'everything is sick';
  if (suspects === 0) return 'no pattern';
  return suspects === 1 ? 'one dimension' : 'tied dimensions';
}

function summarise(r: {
  pattern: BlastRadius['pattern'];
  suspects: readonly Count[];
  leads: readonly Count[];
  shared: readonly Count[];
  sick: number;
  healthy: number;
}): string {
  const sickOf = `${r.sick} of ${r.sick + r.healthy} pods ${r.sick === 1 ? 'is' : 'are'} sick`;
  const named = r.suspects.map((s) => `${s.dimension} ${s.value}`);
  const weak = r.sick === 1 ? '; one pod alone is weak evidence' : '';
  switch (r.pattern) {
    case 'nobody is sick':
      return `None of ${r.healthy} pods is sick.`;
    case 'everything is sick': {
      const where = r.shared.find((s) => s.dimension === 'node');
      const oneNode = where
        ? `, all on ${where.value}, so that counting cannot tell the node from the service`
        : '';
      return `All ${r.sick} pods are sick${oneNode}.`;
    }
    case 'one dimension':
      return `${sickOf}, and what they alone share is ${named[0]}${weak}.`;
    case 'tied dimensions':
      return `${sickOf}; tied: ${named.join(' and ')} fit equally well${weak}.`;
    case 'no pattern': {
      const lead = r.leads[0];
      const most = lead
        ? ` Closest: ${lead.dimension} ${lead.value}, which ${lead.healthy} healthy ${lead.healthy === 1 ? 'pod has' : 'pods have'} too.`
        : '';
      return `${sickOf}, and nothing is shared by all of them and by no healthy one.${most}`;
    }
  }
}
