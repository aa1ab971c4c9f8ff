import { implementRead } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { truncation } from '../truncated.ts';
import { orderEvents, summariseEvent } from './order-events.ts';

export const listEvents = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.listEvents, async ({ namespace, object, type, minutes, limit }, context) => {
    const fields = [
      object?.kind && `involvedObject.kind=${object.kind}`,
      object?.name && `involvedObject.name=${object.name}`,
      object?.uid && `involvedObject.uid=${object.uid}`,
      type && `type=${type}`,
    ].filter(Boolean);
    const { items, more } = await api.list(
      'events',
      { namespace, fieldSelector: fields.join(',') || undefined, atMost: 20_000 },
      context,
    );
    const since = minutes === undefined ? '' : new Date(Date.now() - minutes * 60_000).toISOString();
    const events = orderEvents(items.map(summariseEvent)).filter((e) => e.at >= since);
    const shown = events.slice(-limit);
    return {
      events: shown,
      ...truncation({ kept: shown.length, of: events.length, more, what: 'events (the newest)' }),
    };
  });
