import { applyManifests, readManifests, type Manifest } from '../control-plane/apply-manifests.ts';
import type { ClusterApi } from '../control-plane/cluster-api.ts';
import type { LabDetails } from '../details.ts';
import { PAYMENT_IMAGES } from '../images/image-names.ts';
import { DATABASE_ADDRESS, NODE_NAMES, PAYMENT_SERVICE_ADDRESS } from '../layout.ts';
import { until } from '../machine/until.ts';
import { errorRate } from '../observability/error-rate.ts';
import { isReady } from './conditions.ts';
import { waitForDatabase } from './database.ts';
import { listNodes, listPods } from './objects.ts';

export const REPLICAS = 6;

const ACCOUNT_KINDS = new Set([
  'Namespace',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
]);

/** Every manifest as it is when nothing is wrong, or with another image of payment-service. */
export function healthyManifests(
  images: { paymentService: string } = { paymentService: PAYMENT_IMAGES.before },
): Manifest[] {
  return readManifests({
    PAYMENT_IMAGE: PAYMENT_IMAGES.before,
    PAYMENT_SERVICE_IMAGE: images.paymentService,
    DATABASE_ADDRESS,
    PAYMENT_SERVICE_ADDRESS,
  });
}

const isPaymentService = ({ kind, metadata }: Manifest): boolean =>
  kind === 'Deployment' && metadata.name === 'payment-service';

/** Creates the namespaces, accounts and roles. */
export async function deployAccounts(api: ClusterApi): Promise<void> {
  await applyManifests(
    api,
    healthyManifests().filter(({ kind }) => ACCOUNT_KINDS.has(kind)),
  );
}

/** Deploys what the lab runs. The database comes before its service, which would else begin its life with restarts. */
export async function deployWorkloads(api: ClusterApi): Promise<void> {
  const manifests = healthyManifests().filter(({ kind }) => !ACCOUNT_KINDS.has(kind));
  await applyManifests(
    api,
    manifests.filter((manifest) => !isPaymentService(manifest)),
  );
  await waitForDatabase(api, 'payments');
  await applyManifests(api, manifests.filter(isPaymentService));
}

/** Waits until the lab is what it promises: nodes Ready, six pods spread two and two, and users without errors. */
export async function waitForWorkloads(details: LabDetails, api: ClusterApi): Promise<void> {
  const fine = async (): Promise<true> => {
    const problem = await workloadProblem(details, api);
    if (problem) throw new Error(problem);
    return true;
  };
  await until('the workloads are ready and users see no errors', fine, { within: 300_000 });
}

/** The first thing that is not as it should be, in words; undefined when all is well. */
export async function workloadProblem(details: LabDetails, api: ClusterApi): Promise<string | undefined> {
  const unready = (await listNodes(api)).filter((node) => !isReady(node) || node.spec.unschedulable === true);
  const ready = NODE_NAMES.length - unready.length;
  const nodes = await listNodes(api);
  if (nodes.length < NODE_NAMES.length || unready.length > 0)
    return `${nodes.length < NODE_NAMES.length ? nodes.length : ready} of ${NODE_NAMES.length} nodes are Ready and schedulable`;
  const pods = await listPods(api, details.workload.namespace);
  const serving = pods.filter((pod) => pod.metadata.labels?.app === details.workload.service && isReady(pod));
  if (serving.length !== REPLICAS) return `${serving.length} of ${REPLICAS} payment-service pods are ready`;
  for (const node of NODE_NAMES) {
    const here = serving.filter((pod) => pod.spec.nodeName === node).length;
    if (here !== REPLICAS / NODE_NAMES.length) return `${node} has ${here} payment-service pods`;
  }
  const sick = pods.filter((pod) => !isReady(pod) || pod.metadata.deletionTimestamp !== undefined);
  if (sick.length > 0) return `${sick.map((pod) => pod.metadata.name).join(', ')} not ready`;
  const rate = await errorRate(details);
  if (rate === undefined) return 'no error rate yet';
  return rate > 0 ? `${(rate * 100).toFixed(1)} % of requests fail` : undefined;
}
