import { implementRead } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { ServiceSummary } from '../contract/services.ts';
import { truncation } from '../truncated.ts';
import { keyOf, slicesByService } from './routing.ts';
import { summariseService } from './summarise-service.ts';

const ENTRIES = 60;
const NAMESPACES = 50;

export const listServices = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.listServices, async ({ namespace, limit }, context) => {
    const [services, slices] = await Promise.all([
      api.list('services', { namespace, atMost: 20_000 }, context),
      api.list('endpointslices', { namespace, atMost: 20_000 }, context),
    ]);
    const slicesOf = slicesByService(slices.items);
    const all = services.items
      .map((s) => summariseService(s, slicesOf.get(keyOf(s.metadata?.namespace, s.metadata?.name)) ?? []))
      .sort((a, b) => a.created.localeCompare(b.created) || a.name.localeCompare(b.name));
    const shown = limit === 0 ? [] : all.slice(-limit);
    return {
      count: all.length,
      withReadyEndpoints: all.filter((s) => s.ports.some((p) => p.readyEndpoints > 0)).length,
      readyEndpoints: all.reduce((sum, s) => sum + Math.max(0, ...s.ports.map((p) => p.readyEndpoints)), 0),
      byNamespace: countBy(all, (s) => s.namespace)
        .map(([name, count]) => ({ namespace: name, count }))
        .sort((a, b) => b.count - a.count || a.namespace.localeCompare(b.namespace))
        .slice(0, NAMESPACES),
      created: createdPerMinute(all),
      services: shown,
      ...truncation({
        kept: shown.length,
        of: all.length,
        more: services.more || slices.more,
        what: 'Services',
      }),
    };
  });

/** When the number grew: the present Services by the minute in which they were created, newest last. */
export function createdPerMinute(services: readonly Pick<ServiceSummary, 'created' | 'namespace'>[]) {
  return countBy(services, (s) => `${s.created.slice(0, 16)}:00Z ${s.namespace}`)
    .map(([key, count]) => {
      const [minute = '', namespace = ''] = key.split(' ');
      return { minute, namespace, count };
    })
    .sort((a, b) => a.minute.localeCompare(b.minute) || a.namespace.localeCompare(b.namespace))
    .slice(-ENTRIES);
}

function countBy<T>(items: readonly T[], key: (item: T) => string): [string, number][] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return [...counts];
}
