import type { RawPod } from '../client/raw.ts';
import { quantity } from './quantity.ts';

/** CPU in thousandths of a core, memory in bytes. */
export interface Amount {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

type Container = NonNullable<NonNullable<RawPod['spec']>['containers']>[number];

/**
 * What a pod counts for on a node: containers and sidecars together, or its greediest init container with the sidecars
 * before it where that is more, plus the overhead (KEP-753; kubectl describe node, resource.PodRequests).
 */
export function podAmount(pod: RawPod, which: 'requests' | 'limits'): Amount {
  let sidecars = NOTHING;
  let init = NOTHING;
  for (const container of pod.spec?.initContainers ?? []) {
    const own = amountOf(container.resources?.[which]);
    if (container.restartPolicy === 'Always') {
      sidecars = plus(sidecars, own);
      init = most(init, sidecars);
    } else {
      init = most(init, plus(sidecars, own));
    }
  }
  const running = sum([sidecars, ...(pod.spec?.containers ?? []).map((c) => amountOf(c.resources?.[which]))]);
  return plus(most(running, init), amountOf(pod.spec?.overhead));
}

export const NOTHING: Amount = { cpuMillis: 0, memoryBytes: 0 };

export const sum = (amounts: readonly Amount[]): Amount => amounts.reduce(plus, NOTHING);

/** Amounts as an object of quantities names them. */
export function amountOf(quantities: NonNullable<Container['resources']>['requests'] | undefined): Amount {
  return {
    cpuMillis: Math.round(quantity(quantities?.['cpu']) * 1_000),
    memoryBytes: Math.round(quantity(quantities?.['memory'])),
  };
}

function plus(a: Amount, b: Amount): Amount {
  return { cpuMillis: a.cpuMillis + b.cpuMillis, memoryBytes: a.memoryBytes + b.memoryBytes };
}

function most(a: Amount, b: Amount): Amount {
  return {
    cpuMillis: Math.max(a.cpuMillis, b.cpuMillis),
    memoryBytes: Math.max(a.memoryBytes, b.memoryBytes),
  };
}
