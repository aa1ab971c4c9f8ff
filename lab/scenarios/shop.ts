import { applyManifests, type Manifest } from '../control-plane/apply-manifests.ts';
import type { ClusterApi } from '../control-plane/cluster-api.ts';
import { BUSYBOX_IMAGE } from '../images/image-names.ts';
import { until } from '../machine/until.ts';
import { isReady } from '../workloads/conditions.ts';
import { listPods, type Pod } from '../workloads/objects.ts';

/** Where scenarios happen. nightshift may repair workloads here, as in `payments`. */
export const SHOP = 'shop';

export async function openShop(api: ClusterApi): Promise<void> {
  await applyManifests(api, [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SHOP } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'nightshift-change-workloads', namespace: SHOP },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'nightshift-change-workloads',
      },
      subjects: [{ kind: 'ServiceAccount', name: 'nightshift-change', namespace: 'nightshift-probes' }],
    } as Manifest,
  ]);
}

/** Removes the namespace and all that is in it. Does nothing when there is none. */
export async function closeShop(api: ClusterApi): Promise<void> {
  const path = `/api/v1/namespaces/${SHOP}`;
  const { status, body } = await api.request('DELETE', path);
  if (status === 404) return;
  if (status > 299 && status !== 409) throw new Error(`DELETE ${path}: ${status} ${body}`);
  await until(`namespace ${SHOP} is gone`, async () => (await api.request('GET', path)).status === 404, {
    within: 300_000,
    every: 500,
  });
}

interface Sketch {
  readonly name: string;
  readonly replicas?: number;
  /** A shell line; the container only sleeps when left out. */
  readonly runs?: string;
  readonly container?: Readonly<Record<string, unknown>>;
  /** More containers of the same pod. */
  readonly beside?: readonly Readonly<Record<string, unknown>>[];
  readonly pod?: Readonly<Record<string, unknown>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A Deployment of one small container, and of more where they are named, that end at once when they are told to. */
export function deployment({
  name,
  replicas = 1,
  runs,
  container,
  beside = [],
  pod,
  labels,
  spec,
}: Sketch): Manifest {
  const app = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: SHOP },
    spec: {
      replicas,
      selector: { matchLabels: app },
      ...spec,
      template: {
        metadata: { labels: { ...app, ...labels } },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 0,
          ...pod,
          containers: [
            {
              name: 'app',
              image: BUSYBOX_IMAGE,
              imagePullPolicy: 'Never',
              command: ['sh', '-c', runs ?? 'sleep 1000000'],
              ...container,
            },
            ...beside.map((container) => ({ imagePullPolicy: 'Never', ...container })),
          ],
        },
      },
    },
  } as Manifest;
}

/** Waits until so many pods of the application are ready, and no other is there. */
export async function untilReady(api: ClusterApi, app: string, pods: number): Promise<void> {
  await until(
    `${pods} pods of ${app} are ready`,
    async () => {
      const all = await listPods(api, SHOP, `app=${app}`);
      return all.length === pods && all.every(isReady);
    },
    { within: 300_000, every: 300 },
  );
}

/** Waits until all pods of the application are ready and of this release, which their label `release` says. */
export async function untilReleased(api: ClusterApi, app: string, release: string): Promise<void> {
  await until(
    `only release ${release} of ${app} runs`,
    async () => {
      const all = await listPods(api, SHOP, `app=${app}`);
      const released = (await listPods(api, SHOP, `app=${app},release=${release}`)).filter(isReady);
      return all.length > 0 && released.length === all.length;
    },
    { within: 300_000, every: 300 },
  );
}

/** Waits for a pod of the application that is as described. */
export async function untilPod(
  api: ClusterApi,
  app: string,
  is: (pod: Pod) => boolean | undefined,
): Promise<void> {
  await until(
    `a pod of ${app} shows it`,
    async () => (await listPods(api, SHOP, `app=${app}`)).some((pod) => is(pod) === true),
    { within: 300_000, every: 300 },
  );
}
