import { implementRead } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { truncation } from '../truncated.ts';
import { readPods } from './read-pods.ts';

export const listPods = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.listPods, async ({ namespace, selector, node, limit }, context) => {
    const { pods, more } = await readPods(
      api,
      {
        namespace,
        labelSelector: selector,
        fieldSelector: node && `spec.nodeName=${node}`,
        atMost: limit,
      },
      context,
    );
    return { pods, ...truncation({ kept: pods.length, of: pods.length, more, what: 'pods' }) };
  });
