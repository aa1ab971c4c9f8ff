import { StepFailure } from '../../kit/index.ts';
import type { ApiClient } from '../client/client.ts';
import type { Limits } from '../client/http.ts';
import type { RawNode, RawPod } from '../client/raw.ts';
import { truncation } from '../truncated.ts';

/** Results are lists of containers: more pods than this are not told one by one. */
const MOST = 100;

export interface Asked {
  readonly namespace: string;
  readonly selector?: string | undefined;
  readonly pod?: string | undefined;
}

/** The pods of the question, by name. */
export async function podsAsked(api: ApiClient, { namespace, selector, pod }: Asked, limits: Limits) {
  const { items, more } = await api.list(
    'pods',
    {
      namespace,
      labelSelector: selector,
      fieldSelector: pod === undefined ? undefined : `metadata.name=${pod}`,
      atMost: 1_000,
    },
    limits,
  );
  const pods = items.slice(0, MOST);
  return { pods, ...truncation({ kept: pods.length, of: items.length, more, what: 'pods' }) };
}

/** One page of the kubelet of each of these pods' nodes; for a node whose kubelet did not answer, why. */
export async function askKubelets(
  api: ApiClient,
  o: { readonly pods: readonly RawPod[]; readonly page: string },
  limits: Limits,
): Promise<{ readonly pages: Map<string, string>; readonly unknown: string[] }> {
  const names = [...new Set(o.pods.flatMap((p) => p.spec?.nodeName ?? []))];
  const pages = new Map<string, string>();
  const unknown: string[] = [];
  await Promise.all(
    names.map(async (name) => {
      try {
        const node: RawNode = await api.get('nodes', { name }, limits);
        pages.set(name, await api.kubelet(node, o.page, limits));
      } catch (error) {
        if (!(error instanceof StepFailure)) throw error;
        unknown.push(error.message);
      }
    }),
  );
  return { pages, unknown: unknown.sort() };
}
