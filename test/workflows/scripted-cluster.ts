/** A cluster of which nodes and pods are all that counts, as its API lists them, and two changes that take some away. */
import { implementChange, type ImplementedStep } from '../../activities/kit/index.ts';
import type { ApiClient } from '../../activities/kubernetes/client/client.ts';
import { CORDONED_BY, kubernetes } from '../../activities/kubernetes/contract.ts';
import { disruptions } from '../../activities/kubernetes/disruption/disruptions.ts';

const FIELD_MANAGER = 'nightshift';

export interface ScriptedCluster {
  /** Labels of each node. */
  readonly nodes: Map<string, Record<string, string>>;
  /** Who cordoned it: a field manager, or an operation of nightshift. */
  readonly cordons: Map<string, { readonly manager: string; readonly operation?: string }>;
  /** Pods that are there and ready, by namespace; each is of the Deployment `api`, and the service of that name. */
  readonly pods: Map<string, Set<string>>;
  /** How many pods the Deployment of each namespace should have. */
  readonly wanted: Map<string, number>;
  /** Namespaces with a PodDisruptionBudget that lets none go. */
  readonly noRoom: Set<string>;
  /** Called after each change. */
  onChange: (target: string) => void;
  readonly steps: readonly ImplementedStep[];
}

export function scriptedCluster(): ScriptedCluster {
  const cluster: ScriptedCluster = {
    nodes: new Map(),
    cordons: new Map(),
    pods: new Map(),
    wanted: new Map(),
    noRoom: new Set(),
    onChange: () => undefined,
    get steps() {
      return steps;
    },
  };
  const node = ([name, labels]: [string, Record<string, string>]) => {
    const cordon = cluster.cordons.get(name);
    return {
      metadata: {
        name,
        labels,
        ...(cordon?.operation && { annotations: { [CORDONED_BY]: cordon.operation } }),
        ...(cordon && {
          managedFields: [{ manager: cordon.manager, fieldsV1: { 'f:spec': { 'f:unschedulable': {} } } }],
        }),
      },
      spec: { unschedulable: cordon !== undefined },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    };
  };
  const labels = { app: 'api' };
  const owned = (kind: string, uid: string) => [
    { apiVersion: 'apps/v1', kind, name: uid, uid, controller: true },
  ];
  const objects: Record<string, (namespace: string) => unknown[]> = {
    pods: (namespace) =>
      [...(cluster.pods.get(namespace) ?? [])].map((name) => ({
        metadata: { name, namespace, uid: `uid-${name}`, labels, ownerReferences: owned('ReplicaSet', 'rs') },
        spec: { nodeName: 'n' },
        status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
      })),
    services: (namespace) => [{ metadata: { name: 'api', namespace }, spec: { selector: labels } }],
    replicasets: (namespace) => [
      { metadata: { name: 'rs', namespace, uid: 'rs', ownerReferences: owned('Deployment', 'api') } },
    ],
    deployments: (namespace) => {
      const replicas = cluster.wanted.get(namespace) ?? 0;
      return [
        {
          metadata: { name: 'api', namespace, uid: 'api' },
          spec: { replicas, template: { metadata: { labels } } },
          status: { updatedReplicas: replicas },
        },
      ];
    },
    poddisruptionbudgets: (namespace) =>
      cluster.noRoom.has(namespace)
        ? [
            {
              metadata: { name: 'api', namespace },
              spec: { selector: { matchLabels: labels } },
              status: { disruptionsAllowed: 0, currentHealthy: 3, desiredHealthy: 3, expectedPods: 4 },
            },
          ]
        : [],
  };
  const list = async (resource: string, where: { namespace?: string; labelSelector?: string }) => {
    const [key, value] = where.labelSelector?.split('=') ?? [];
    const items =
      resource === 'nodes'
        ? [...cluster.nodes].filter(([, has]) => !key || has[key] === value).map(node)
        : (objects[resource]?.(where.namespace ?? '') ?? []);
    return { items, more: false };
  };
  const api = { list } as unknown as ApiClient;
  const stateOf = (name: string) => ({
    node: name,
    uid: `uid-${name}`,
    unschedulable: cluster.cordons.has(name),
    cordonedBy: cluster.cordons.get(name)?.operation ?? null,
  });
  const podState = (namespace: string, name: string) => ({ namespace, name, uid: `uid-${name}` });
  const steps: readonly ImplementedStep[] = [
    disruptions({ api }),
    implementChange(kubernetes.cordonNode, {
      plan: async ({ node: name }) => ({
        diff: [{ path: 'spec.unschedulable', before: null, after: true }],
        preconditions: stateOf(name),
        preimage: stateOf(name),
        dryRun: 'none',
      }),
      apply: async ({ node: name }, _, { operation }) => {
        cluster.cordons.set(name, { manager: FIELD_MANAGER, operation });
        cluster.onChange(name);
        return { outcome: 'applied', output: stateOf(name) };
      },
      probe: async ({ node: name }) =>
        cluster.cordons.has(name) ? { state: 'applied', output: stateOf(name) } : { state: 'not-applied' },
    }),
    implementChange(kubernetes.deletePod, {
      plan: async ({ pod: { namespace, name } }) => {
        const state = podState(namespace, name);
        return {
          diff: [{ path: `pod/${name}`, before: 'there', after: null }],
          preconditions: { uid: state.uid, node: 'n', owner: null, sick: false },
          preimage: { ...state, node: 'n', owner: null, templateHash: null, images: [] },
          dryRun: 'none',
        };
      },
      apply: async ({ pod: { namespace, name } }) => {
        cluster.pods.get(namespace)?.delete(name);
        cluster.onChange(name);
        return { outcome: 'applied', output: { ...podState(namespace, name), note: 'deleted' } };
      },
      probe: async ({ pod: { namespace, name } }) =>
        cluster.pods.get(namespace)?.has(name)
          ? { state: 'not-applied' }
          : { state: 'applied', output: { ...podState(namespace, name), note: 'gone' } },
    }),
  ];
  return cluster;
}
