import { StepFailure } from '../../kit/index.ts';
import type { ApiClient, Listed } from '../client/client.ts';
import type { Limits } from '../client/http.ts';
import { placeOf, type MetadataOnly, type ObjectOf, type Resource } from '../client/raw.ts';
import type { Snapshot } from './changes/snapshot.ts';
import { orderEvents, summariseEvent } from './order-events.ts';

/** Read at most of one kind in one namespace. */
const MANY = 20_000;

/**
 * Everything that `whatChanged` looks at. What may not be read, or is not there, is named in `notSeen` and left out; any
 * other failure is a failure. `namespaces` left out means all; nodes and Services are always the whole cluster's, for
 * every node's routing grows with every Service.
 */
export async function readSnapshot(
  api: ApiClient,
  namespaces: readonly string[] | undefined,
  limits: Limits,
): Promise<{ seen: Snapshot; notSeen: string[] }> {
  const notSeen: string[] = [];
  const places: readonly (string | undefined)[] = namespaces ?? [undefined];

  async function each<T>(
    what: string,
    read: (namespace: string | undefined) => Promise<Listed<T>>,
    where = places,
  ) {
    const lists = await Promise.all(
      where.map(async (namespace) => {
        try {
          const list = await read(namespace);
          if (list.more) notSeen.push(`${what}: more than ${MANY}, the rest was not read`);
          return list.items;
        } catch (error) {
          if (!(error instanceof StepFailure) || (error.kind !== 'refused' && error.kind !== 'invalid'))
            throw error;
          notSeen.push(`${what}: ${error.message}`);
          return [];
        }
      }),
    );
    return lists.flat();
  }
  const objects = <R extends Resource>(resource: R, where?: (string | undefined)[]): Promise<ObjectOf<R>[]> =>
    each(
      placeOf(resource).plural,
      (namespace) => api.list(resource, { namespace, atMost: MANY }, limits),
      where,
    );
  const metadata = (resource: Resource, where?: (string | undefined)[]): Promise<MetadataOnly[]> =>
    each(
      placeOf(resource).plural,
      (namespace) => api.listMetadata(resource, { namespace, atMost: MANY }, limits),
      where,
    );

  const [deployments, replicaSets, statefulSets, daemonSets, controllerRevisions] = await Promise.all([
    objects('deployments'),
    objects('replicasets'),
    objects('statefulsets'),
    objects('daemonsets'),
    objects('controllerrevisions'),
  ]);
  const [autoscalers, jobs, pods, nodes] = await Promise.all([
    objects('horizontalpodautoscalers'),
    objects('jobs'),
    objects('pods'),
    objects('nodes', [undefined]),
  ]);
  const [configMaps, secrets, services, events, nodeEvents] = await Promise.all([
    metadata('configmaps'),
    metadata('secrets'),
    metadata('services', [undefined]),
    objects('events'),
    namespaces && !namespaces.includes('default') ? objects('events', ['default']) : [],
  ]);
  const ofNodes = nodeEvents.filter((e) => e.involvedObject?.kind === 'Node');
  return {
    seen: {
      deployments,
      replicaSets,
      statefulSets,
      daemonSets,
      controllerRevisions,
      autoscalers,
      jobs,
      pods,
      nodes,
      configMaps,
      secrets,
      services,
      events: orderEvents([...events, ...ofNodes].map(summariseEvent)),
    },
    notSeen,
  };
}
