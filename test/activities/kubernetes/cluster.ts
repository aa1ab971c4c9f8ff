import { KubeConfig, KubernetesObjectApi, type KubernetesObject } from '@kubernetes/client-node';
import type { ImplementedChange, ImplementedRead } from '../../../activities/kit/index.ts';
import { createKubernetesClients, type KubernetesClient } from '../../../activities/kubernetes/clients.ts';
import { createKubernetesSteps } from '../../../activities/kubernetes/steps.ts';
import type { kubernetes } from '../../../activities/kubernetes/contract.ts';
import {
  effectiveWrites,
  openAuditLog,
  type AuditedRequest,
  type WriteFilter,
} from '../../../lab/audit-log.ts';
import { readDetails, type LabDetails } from '../../../lab/details.ts';
import { until } from '../../setup/until.ts';

type Steps = typeof kubernetes;
export type StepName = keyof Steps;

export interface Cluster {
  readonly details: LabDetails;
  /** A namespace of this test file's own, gone with `close`. */
  readonly namespace: string;
  readonly read: KubernetesClient;
  readonly change: KubernetesClient;
  /** The library's own client with all rights: sets the scene and looks independently of the steps. */
  readonly admin: KubernetesObjectApi;
  make(object: KubernetesObject & Record<string, unknown>): Promise<void>;
  reading(name: StepName): ImplementedRead['run'];
  changing(name: StepName): ImplementedChange['implementation'];
  /** What the API server wrote down as changed by the product's changing account. */
  writes(filter: WriteFilter): Promise<AuditedRequest[]>;
  close(): Promise<void>;
}

/** The lab's cluster through the product's own two accounts. */
export async function openCluster(purpose: string): Promise<Cluster> {
  const details = await readDetails(process.env.TEST_LAB ?? '');
  if (!details) throw new Error('TEST_LAB does not name the lab.json of a lab');
  const namespace = `steps-${purpose}-${process.pid.toString(36)}`;
  const config = new KubeConfig();
  config.loadFromFile(details.kubeconfigs.admin);
  const admin = KubernetesObjectApi.makeApiClient(config);
  const probes = {
    probeNamespace: details.workload.probeNamespace,
    probeImage: details.workload.probeImage,
    debugImage: details.workload.debugImage,
    imagePullPolicy: 'Never' as const,
    requestTimeoutMs: 60_000,
  };
  const read = createKubernetesClients({ kubeconfig: details.kubeconfigs.read, ...probes });
  const change = createKubernetesClients({ kubeconfig: details.kubeconfigs.change, ...probes });
  const steps = createKubernetesSteps({ read, change });
  const audit = openAuditLog(details.auditLog);
  let marks = 0;
  const made: KubernetesObject[] = [];
  const find = (name: StepName) => {
    const step = steps.find((s) => s.contract.name === `kubernetes.${name}`);
    if (!step) throw new Error(`there is no step ${name}`);
    return step;
  };
  const make = async (object: KubernetesObject) => {
    await admin.create(object);
    made.unshift(object);
  };
  await make({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await make(mayChange(namespace));
  await until(
    () =>
      admin
        .read({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } })
        .catch(() => undefined),
    () => 'the default service account',
  );
  // The API server lets an account do what a binding says a moment after the binding is there.
  const deployments = { verb: 'patch', group: 'apps', resource: 'deployments', namespace };
  await until(
    () => change.api.may(deployments, limits()),
    () => 'the changing account may still not change anything here',
  );
  return {
    details,
    namespace,
    read,
    change,
    admin,
    make,
    reading: (name) => (find(name) as ImplementedRead).run,
    changing: (name) => (find(name) as ImplementedChange).implementation,
    async writes(filter) {
      // The log's line of a request comes a moment after its answer: one of our own shows that the earlier are there.
      const name = `mark-${++marks}`;
      await admin.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } });
      await until(async () => audit.requests().some((r) => r.namespace === namespace && r.name === name));
      return effectiveWrites(audit.requests(), { user: /nightshift-change$/, ...filter });
    },
    async close() {
      for (const object of made)
        await admin.delete(object as never, undefined, undefined, 0).catch(() => undefined);
      await Promise.all([read.close(), change.close()]);
    },
  };
}

const limits = () => ({
  signal: new AbortController().signal,
  deadline: new Date(Date.now() + 60_000),
});

function mayChange(namespace: string): KubernetesObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'nightshift-change', namespace },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: 'nightshift-change-workloads',
    },
    subjects: [{ kind: 'ServiceAccount', name: 'nightshift-change', namespace: 'nightshift-probes' }],
  } as KubernetesObject;
}
