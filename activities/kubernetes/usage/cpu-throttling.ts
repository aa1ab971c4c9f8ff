import { setTimeout as sleep } from 'node:timers/promises';
import { implementRead } from '../../kit/index.ts';
import type { RawPod } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { between, countedOf, type Counted } from './cadvisor.ts';
import { askKubelets, podsAsked } from './pods-asked.ts';

export const cpuThrottling = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.cpuThrottling, async ({ seconds, ...asked }, context) => {
    const { pods, ...truncated } = await podsAsked(api, asked, context);
    const look = async () => {
      const { pages, unknown } = await askKubelets(api, { pods, page: 'metrics/cadvisor' }, context);
      return { seen: new Set(pages.keys()), counted: merged([...pages.values()].map(countedOf)), unknown };
    };
    const first = seconds > 0 ? await look() : undefined;
    if (seconds > 0) await sleep(seconds * 1_000, undefined, { signal: context.signal });
    const last = await look();
    // A node that did not answer the first time has nothing to count from.
    const seen = (pod: RawPod) => [first ?? last, last].every((at) => at.seen.has(pod.spec?.nodeName ?? ''));
    return {
      pods: pods.filter(seen).map((pod) => throttlingOf(pod, { first: first?.counted, last: last.counted })),
      unknown: [
        ...new Set([...(first?.unknown ?? []), ...last.unknown]),
        ...pods
          .filter((pod) => !pod.spec?.nodeName)
          .map((pod) => `${pod.metadata?.name}: it has no node yet`),
      ],
      ...truncated,
    };
  });

const merged = (maps: readonly Map<string, Counted>[]): Map<string, Counted> =>
  new Map(maps.flatMap((map) => [...map]));

function throttlingOf(
  pod: RawPod,
  { first, last }: { readonly first: Map<string, Counted> | undefined; readonly last: Map<string, Counted> },
) {
  const { namespace, name = '', uid = '' } = pod.metadata ?? {};
  return {
    name,
    uid,
    node: pod.spec?.nodeName ?? null,
    containers: (pod.spec?.containers ?? []).map(({ name: container, resources }) => {
      const key = `${namespace}/${name}/${container}`;
      const counted = last.get(key);
      const { periods, throttled, throttledSeconds } = counted
        ? between(first?.get(key), counted)
        : { periods: 0, throttled: 0, throttledSeconds: 0 };
      return {
        container,
        limited: counted !== undefined || resources?.limits?.['cpu'] !== undefined,
        share: periods > 0 ? throttled / periods : null,
        periods,
        throttledSeconds,
      };
    }),
  };
}
