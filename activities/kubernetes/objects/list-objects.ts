import { implementRead } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { truncation } from '../truncated.ts';
import { fieldsOf } from './get-object.ts';
import { resolve, type AnyRaw } from './resolve.ts';

export const listObjects = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.listObjects, async ({ object, selector, fields, limit }, context) => {
    const { resource } = await resolve(api, object, { list: true }, context);
    const list = { namespace: object.namespace, labelSelector: selector, atMost: limit };
    const { items, more } =
      Object.keys(fields).length === 0
        ? await api.listMetadata(resource, list, context)
        : await api.list(resource, list, context);
    return {
      objects: items.map((item) => ({
        namespace: item.metadata?.namespace ?? null,
        name: item.metadata?.name ?? '',
        uid: item.metadata?.uid ?? '',
        created: item.metadata?.creationTimestamp ?? '',
        fields: fieldsOf(item as AnyRaw, fields),
      })),
      ...truncation({ kept: items.length, of: items.length, more, what: object.resource }),
    };
  });
