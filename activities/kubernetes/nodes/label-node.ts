import { implementChange } from '../../kit/index.ts';
import {
  applyValues,
  diffOfValues,
  planValues,
  probeValues,
  type ValueChange,
} from '../changes/change-values.ts';
import type { Limits } from '../client/http.ts';
import type { ObjectOf, RawNode } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { listed } from '../listed.ts';
import { mayBeReverted } from '../workloads/deployed-by.ts';
import { markChange, markedOutput, type Marks } from './mark-node.ts';

interface Wanted {
  readonly node: string;
  readonly labels: Marks;
  readonly overwrite: boolean;
}

/** The kubelet writes these itself, from what it finds: another value does not last. */
const KUBELETS_OWN = /^((beta\.)?kubernetes\.io\/(os|arch|hostname)|node\.kubernetes\.io\/instance-type)$/;

export const labelNode = ({ api }: KubernetesClient) => {
  return implementChange(kubernetes.labelNode, {
    async plan(input, context) {
      const { object, after: _, ...planned } = await planValues(changeOf(input), context);
      if (planned.diff.length === 0) return planned;
      const selecting = await selectedBy(Object.keys(input.labels), context);
      const own = Object.keys(input.labels).filter((key) => KUBELETS_OWN.test(key));
      return {
        ...planned,
        ...(selecting.length > 0 && { risk: 'disruptive' as const }),
        warnings: [
          ...(selecting.length > 0
            ? [`DaemonSets select nodes by it, and start or end their pod there: ${listed(selecting)}`]
            : []),
          ...mayBeReverted(object),
          ...own.map((key) => `The kubelet writes ${key} itself and may write its own value again`),
        ],
      };
    },
    apply: (input, expected, context) =>
      applyValues(changeOf(input), { expected, output: outputOf(input) }, context),
    probe: (input, expected, context) =>
      probeValues(changeOf(input), { expected, output: outputOf(input) }, context),
    undo({ uid, present }, { input }) {
      const diff = diffOfValues(input.labels, present, pathOf);
      if (diff.length === 0) return undefined;
      const change = kubernetes.labelNode({ node: input.node, labels: present, overwrite: true });
      return { change, preconditions: { uid, present: input.labels }, diff };
    },
  });

  function changeOf({ node, labels, overwrite }: Wanted): ValueChange<RawNode, Marks> {
    return markChange(api, {
      ...{ node, mark: 'label', wanted: labels, overwrite, pathOf },
      valuesOf: ({ metadata }) =>
        Object.fromEntries(Object.keys(labels).map((key) => [key, metadata?.labels?.[key] ?? null])),
      patch: () => ({ metadata: { labels } }),
    });
  }

  async function selectedBy(keys: readonly string[], limits: Limits): Promise<string[]> {
    const { items } = await api.list('daemonsets', {}, limits);
    return items
      .filter((set) => keys.some((key) => nodeKeysOf(set).has(key)))
      .map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`);
  }
};

/** The node labels that a DaemonSet's pods ask for: by selector or by required affinity. */
function nodeKeysOf({ spec }: ObjectOf<'daemonsets'>): Set<string> {
  const pod = spec?.template?.spec;
  const required = pod?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.nodeSelectorTerms ?? [];
  return new Set([
    ...Object.keys(pod?.nodeSelector ?? {}),
    ...terms.flatMap((term) => (term.matchExpressions ?? []).map((e) => e.key)),
  ]);
}

const pathOf = (key: string): string => `metadata.labels["${key}"]`;

const outputOf = ({ node, labels }: Wanted) => markedOutput(node, labels);
