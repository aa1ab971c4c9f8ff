/**
 * Why a Service has no endpoints. A selector or a target port is only put right where something says what it should be:
 * what was applied last, or what the release before offered. A near miss alone is a guess, and is told as one.
 */
import type { z } from 'zod';
import type { Backend, kubernetes, Pod } from '../../activities/kubernetes/contract.ts';
import { nearest } from './nearest-backend.ts';
import { named, renamedPort } from './renamed-port.ts';

type Seen = z.output<(typeof kubernetes.serviceBackends)['contract']['output']>;
export type SeenService = NonNullable<Seen['service']>;

export type Backing =
  | {
      readonly fault: 'selector' | 'target-port';
      /** Labels to set, `null`: to take out. */
      readonly selector: Readonly<Record<string, string | null>>;
      readonly targetPorts: Readonly<Record<string, string>>;
      readonly workload: Backend;
      readonly because: string;
    }
  | {
      readonly fault: 'none' | 'by-hand' | 'scaled-to-zero' | 'no-pods' | 'not-ready' | 'undecided';
      readonly because: string;
    };

/** `pods`: those that the selector fits now. */
export function judgeBacking(seen: {
  readonly service: SeenService;
  readonly workloads: readonly Backend[];
  readonly pods: readonly Pod[];
}): Backing {
  const { service, workloads, pods } = seen;
  const { selector } = service;
  if (service.type === 'ExternalName' || selector === null) {
    return {
      fault: 'by-hand',
      because: 'Its endpoints are not made from a selector: whoever writes them has to.',
    };
  }
  const empty = service.ports.filter((p) => p.readyEndpoints === 0);
  if (service.ports.length > 0 && empty.length === 0) {
    return { fault: 'none', because: 'Every port of it has ready endpoints.' };
  }
  const selected = workloads.filter((w) => w.selected);
  if (selected.length === 0 && pods.length === 0) return nearest({ service, selector, workloads });
  const live = pods.filter((p) => p.condition !== 'terminating' && p.condition !== 'finished');
  if (live.length === 0) {
    return selected.every((w) => w.replicas === 0)
      ? {
          fault: 'scaled-to-zero',
          because: `It selects ${named(selected)}, which is scaled to 0: nothing is broken, somebody or something wants no pod.`,
        }
      : { fault: 'no-pods', because: `It selects ${named(selected)}, which has no pod that lives.` };
  }
  const ready = live.filter((p) => p.ready);
  if (ready.length === 0) {
    return {
      fault: 'not-ready',
      because: `It selects ${live.length} pods, and none of them is ready: the Service is right, its pods are not.`,
    };
  }
  return renamedPort({ service, workloads: selected, empty, ready: ready.length });
}
