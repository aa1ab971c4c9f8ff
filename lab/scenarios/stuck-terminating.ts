import { applyManifests, type Manifest } from '../control-plane/apply-manifests.ts';
import type { ClusterApi } from '../control-plane/cluster-api.ts';
import { until } from '../machine/until.ts';
import { holdPod, letPodGo } from './held-pod.ts';
import type { Scenario } from './scenario.ts';
import { SHOP } from './shop.ts';

const PREVIEW = 'shop-preview';
const API = '/apis/apiregistration.k8s.io/v1/apiservices/v1.preview.example.com';
const NAMESPACE = `/api/v1/namespaces/${PREVIEW}`;
const BINDING = 'nightshift-remove-finalizers';
const BRANCH = `${NAMESPACE}/configmaps/branch-42`;

/**
 * What is left of an add-on whose Deployment and Service were deleted: its API's registration, and a finalizer of its;
 * and that nightshift may take finalizers off.
 */
const leftOfAddOn = [
  {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1.preview.example.com' },
    spec: {
      group: 'preview.example.com',
      version: 'v1',
      groupPriorityMinimum: 1000,
      versionPriority: 15,
      insecureSkipTLSVerify: true,
      service: { namespace: SHOP, name: 'preview-api' },
    },
  } as Manifest,
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: PREVIEW } },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'branch-42',
      namespace: PREVIEW,
      finalizers: ['preview.example.com/branch-cleanup'],
    },
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: BINDING },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: BINDING },
    subjects: [{ kind: 'ServiceAccount', name: 'nightshift-change', namespace: 'nightshift-probes' }],
  } as Manifest,
];

export const stuckTerminating: Scenario = {
  shows: `Namespace ${PREVIEW} was deleted and stays: an API of an add-on that is gone, and a finalizer of its. Pod ${SHOP}/nightly-report was deleted, has ended, and stays for a finalizer of its own.`,
  async play({ api }) {
    await applyManifests(api, leftOfAddOn);
    await holdPod(api);
    await until('the API does not answer', async () => !(await isAvailable(api)), {
      within: 300_000,
      every: 300,
    });
    await api.call('DELETE', NAMESPACE);
    await until(`${PREVIEW} says what it waits for`, async () => (await conditions(api)).includes('True'), {
      within: 300_000,
      every: 300,
    });
  },
  async heal({ api }) {
    await letPodGo(api);
    await api.request('DELETE', API);
    await api.request('DELETE', `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${BINDING}`);
    const unheld = { metadata: { finalizers: null } };
    await api.request('PATCH', BRANCH, unheld, 'application/merge-patch+json');
    if ((await api.request('DELETE', NAMESPACE)).status === 404) return;
    await until(`${PREVIEW} is gone`, async () => (await api.request('GET', NAMESPACE)).status === 404, {
      within: 300_000,
      every: 500,
    });
  },
};

interface Conditions {
  readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
}

async function isAvailable(api: ClusterApi): Promise<boolean> {
  const { status } = await api.call<Conditions>('GET', API);
  return status?.conditions?.some((c) => c.type === 'Available' && c.status === 'False') !== true;
}

async function conditions(api: ClusterApi): Promise<string[]> {
  const { status } = await api.call<Conditions>('GET', NAMESPACE);
  return (status?.conditions ?? [])
    .filter((c) => c.type === 'NamespaceFinalizersRemaining')
    .map((c) => c.status);
}
