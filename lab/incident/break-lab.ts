import type { ClusterApi } from '../control-plane/cluster-api.ts';
import { applyManifests, type Manifest } from '../control-plane/apply-manifests.ts';
import type { LabDetails } from '../details.ts';
import { stage, type OnProgress } from '../events.ts';
import { PAYMENT_IMAGES } from '../images/image-names.ts';
import { kubeProxyOf } from '../kube-proxy/kube-proxy.ts';
import { until } from '../machine/until.ts';
import { errorRate } from '../observability/error-rate.ts';
import { deleteDatabasePod, waitForDatabase } from '../workloads/database.ts';
import { listPods, type Pod } from '../workloads/objects.ts';
import { isReady } from '../workloads/conditions.ts';
import { healthyManifests } from '../workloads/workloads.ts';
import { onboardMerchants } from './onboarding.ts';
import { oomKills } from './oom-kills.ts';

/** The node that it happens to. */
export const BROKEN_NODE = 'node-worker-3';
const CHANGE_CAUSE = 'payment-service 1.4.0: settlement in pounds (release 4821)';

/**
 * Makes the incident happen: a memory limit that was enough, 400 onboarded Services that make it too little,
 * a restart of kube-proxy after which the kernel kills it again and again, a database that moves and that
 * this node's stale rules no longer find, and a release in the middle of it. Returns when users feel it.
 */
export async function breakLab(
  details: LabDetails,
  of: { api: ClusterApi; onProgress: OnProgress },
): Promise<void> {
  const { api, onProgress } = of;
  const node = { stateDirectory: details.stateDirectory, node: BROKEN_NODE };
  const { namespace } = details.workload;
  const kubeProxy = kubeProxyOf(details, api);
  const since = Math.floor(Date.now() / 1000);

  await stage(
    onProgress,
    'limit',
    `kube-proxy on ${BROKEN_NODE} is given memory for a handful of Services`,
    () => kubeProxy.giveTooLittle(BROKEN_NODE),
  );
  await stage(
    onProgress,
    'onboarding',
    '400 merchants are onboarded: 400 Services with 6 endpoints each',
    () => onboardMerchants(api),
  );
  await stage(
    onProgress,
    'restart',
    'kube-proxy is restarted and killed by the kernel, again and again',
    async () => {
      await kubeProxy.restart(BROKEN_NODE);
      await until('the kernel kills kube-proxy', async () => (await oomKills(node, since)) >= 2, {
        within: 300_000,
        every: 500,
      });
    },
  );
  await stage(onProgress, 'database', 'The database pod is replaced and has a new address', async () => {
    await deleteDatabasePod(api, namespace);
    await waitForDatabase(api, namespace);
    await until(
      `only pods on ${BROKEN_NODE} have lost the database`,
      async () =>
        (await listPods(api, namespace, details.workload.selector)).every(
          (pod) => isReady(pod) !== (pod.spec.nodeName === BROKEN_NODE),
        ),
      { within: 300_000, every: 300 },
    );
  });
  await stage(onProgress, 'release', 'payment-service 1.4.0 is rolled out', () =>
    applyManifests(api, [release()]),
  );
  await stage(onProgress, 'symptoms', `Pods crash on ${BROKEN_NODE}, and users feel it`, () =>
    until('the incident shows', () => showsIncident(details, api), { within: 300_000, every: 500 }),
  );
}

/** Throws with what is still missing. */
async function showsIncident(details: LabDetails, api: ClusterApi): Promise<true> {
  const pods = (await listPods(api, details.workload.namespace, details.workload.selector)).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
  const released = pods.filter(({ spec }) => spec.containers?.[0]?.image === PAYMENT_IMAGES.after);
  const here = (pod: Pod): boolean => pod.spec.nodeName === BROKEN_NODE;
  const crashing = released.filter((pod) => here(pod) && crashes(pod));
  const well = released.filter((pod) => !here(pod) && isReady(pod));
  const strays = pods.filter((pod) => (here(pod) ? !crashing.includes(pod) : !isReady(pod)));
  if (crashing.length !== 2)
    throw new Error(`${crashing.length} of 2 pods on ${BROKEN_NODE} are in CrashLoopBackOff`);
  if (well.length !== 4) throw new Error(`${well.length} of 4 new pods elsewhere are ready`);
  if (strays.length > 0)
    throw new Error(`${strays.map(({ metadata }) => metadata.name).join(', ')} is on its way`);
  const rate = await errorRate(details);
  if (rate === undefined || rate < 0.1)
    throw new Error(`${((rate ?? 0) * 100).toFixed(1)} % of requests fail`);
  return true;
}

/** In the wait after the second crash or a later one. Between two waits it runs for three seconds and is not ready. */
export function crashes(pod: Pod): boolean {
  const container = pod.status?.containerStatuses?.[0];
  return (container?.restartCount ?? 0) >= 1 && container?.state?.waiting?.reason === 'CrashLoopBackOff';
}

/** The deployment as its owners release it: the next image and its change cause, nothing else differs. */
function release(): Manifest {
  const deployment = healthyManifests({ paymentService: PAYMENT_IMAGES.after }).find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'payment-service',
  );
  if (!deployment) throw new Error('lab/manifests has no Deployment payment-service');
  const annotations = { 'kubernetes.io/change-cause': CHANGE_CAUSE };
  return { ...deployment, metadata: { ...deployment.metadata, annotations } };
}
