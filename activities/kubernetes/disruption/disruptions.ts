import { implementRead, StepFailure, type CallContext } from '../../kit/index.ts';
import type { ApiClient } from '../client/client.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { Over } from '../contract/disruption.ts';
import { nodeGroup } from './node-groups.ts';
import { podGroups, type NamespaceSeen } from './pod-groups.ts';

/** With more of a kind in one place nobody can say in time how many are away. */
const MOST = 20_000;

/**
 * Looks at the cluster once for all budgets, and only where one of them counts. A list that names no resource version is
 * never older than a write that was answered before it.
 */
export const disruptions = ({ api }: Pick<KubernetesClient, 'api'>) =>
  implementRead(kubernetes.disruptions, async (input, context) => {
    const { taking, over } = input;
    const ofNodes = taking.node === undefined ? [] : over.filter(countsNodes);
    const ofPods = over.filter((one) => !countsNodes(one));
    const namespaces = [
      ...(taking.pods ?? []).map((pod) => pod.namespace),
      ...(taking.workload ? [taking.workload.namespace] : []),
    ].filter((namespace) => ofPods.some((one) => mayConcern(one, namespace)));
    const [nodes, seen] = await Promise.all([
      Promise.all(
        ofNodes.map(async (one) => ({
          one,
          nodes: await list(api, { resource: 'nodes', labelSelector: one.nodes }, context),
        })),
      ),
      Promise.all([...new Set(namespaces)].map((namespace) => lookAt(api, namespace, context))),
    ]);
    return {
      disrupted: [
        ...nodes.flatMap((n) => nodeGroup(n.one, n.nodes, input) ?? []),
        ...ofPods.flatMap((one) => seen.flatMap((namespace) => podGroups(one, namespace, input))),
      ],
    };
  });

const countsNodes = ({ per }: Over): boolean => per !== 'service' && per !== 'workload';

const mayConcern = ({ of }: Over, namespace: string): boolean =>
  !of || of.some((name) => name.startsWith(`${namespace}/`));

async function lookAt(api: ApiClient, namespace: string, context: CallContext): Promise<NamespaceSeen> {
  const [pods, services, budgets, deployments, replicaSets, statefulSets, daemonSets] = await Promise.all([
    list(api, { resource: 'pods', namespace }, context),
    list(api, { resource: 'services', namespace }, context),
    list(api, { resource: 'poddisruptionbudgets', namespace }, context),
    list(api, { resource: 'deployments', namespace }, context),
    list(api, { resource: 'replicasets', namespace }, context),
    list(api, { resource: 'statefulsets', namespace }, context),
    list(api, { resource: 'daemonsets', namespace }, context),
  ]);
  return { namespace, pods, services, budgets, deployments, replicaSets, statefulSets, daemonSets };
}

type Counted =
  | 'nodes'
  | 'pods'
  | 'services'
  | 'poddisruptionbudgets'
  | 'deployments'
  | 'replicasets'
  | 'statefulsets'
  | 'daemonsets';

async function list<R extends Counted>(
  api: ApiClient,
  { resource, ...where }: { resource: R; namespace?: string; labelSelector?: string | undefined },
  context: CallContext,
) {
  const { items, more } = await api.list(resource, { ...where, atMost: MOST }, context);
  if (!more) return items;
  throw new StepFailure(
    'refused',
    `there are more than ${MOST} ${resource} ${where.namespace ? `in ${where.namespace}` : 'in the cluster'}: how many are away cannot be counted`,
    { next: 'Narrow the disruption budget down with "nodes" or "of".' },
  );
}
