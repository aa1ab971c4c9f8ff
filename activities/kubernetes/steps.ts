import type { ImplementedRead, ImplementedStep } from '../kit/index.ts';
import type { KubernetesClient } from './clients.ts';
import { deleteApiService } from './deletion/delete-api-service.ts';
import { deletions } from './deletion/deletions.ts';
import { finalizerOwners } from './deletion/finalizer-owners.ts';
import { removeFinalizer } from './deletion/remove-finalizer.ts';
import { unavailableApis } from './deletion/unavailable-apis.ts';
import { servedCertificates } from './certificates/served-certificates.ts';
import { storedCertificate } from './certificates/stored-certificate.ts';
import { configurationOf } from './configuration/configuration-of.ts';
import { setConfigMapKeys } from './configuration/set-config-map-keys.ts';
import { debugContainer } from './debugging/debug-container.ts';
import { nodeDebug } from './debugging/node-debug.ts';
import { portForward } from './debugging/port-forward.ts';
import { disruptions } from './disruption/disruptions.ts';
import { drainNode } from './draining/drain-node.ts';
import { previewDrain } from './draining/preview-drain.ts';
import { listEvents } from './events/list-events.ts';
import { whatChanged } from './events/what-changed.ts';
import { cordonNode } from './nodes/cordon-node.ts';
import { describeNode } from './nodes/describe-node.ts';
import { labelNode } from './nodes/label-node.ts';
import { listNodes } from './nodes/list-nodes.ts';
import { nodeReady } from './nodes/node-ready.ts';
import { taintNode } from './nodes/taint-node.ts';
import { uncordonNode } from './nodes/uncordon-node.ts';
import { patchObject } from './objects/patch-object.ts';
import { listObjects } from './objects/list-objects.ts';
import { getObject } from './objects/get-object.ts';
import { deleteObject } from './objects/delete-object.ts';
import { conditionMet } from './objects/condition-met.ts';
import { applyObject } from './objects/apply-object.ts';
import { listPods } from './pods/list-pods.ts';
import { podLogs } from './pods/pod-logs.ts';
import { podsReady } from './pods/pods-ready.ts';
import { execInPod } from './probing/exec-in-pod.ts';
import { lookUpFromNode } from './probing/look-up-from-node.ts';
import { probeFromNode } from './probing/probe-from-node.ts';
import { profileGo } from './profiling/profile-go.ts';
import { profilePython } from './profiling/profile-python.ts';
import { profileSyscalls } from './profiling/profile-syscalls.ts';
import { traceConnects } from './profiling/trace-connects.ts';
import { deletePod } from './removal/delete-pod.ts';
import { evictPod } from './removal/evict-pod.ts';
import { endpointsOf } from './services/endpoints-of.ts';
import { listServices } from './services/list-services.ts';
import { serviceBackends } from './services/service-backends.ts';
import { setServiceTarget } from './services/set-service-target.ts';
import { cpuThrottling } from './usage/cpu-throttling.ts';
import { podUsage } from './usage/pod-usage.ts';
import { probes } from './usage/probes.ts';
import { compareRevisions } from './workloads/compare-revisions.ts';
import { rolloutPause, rolloutResume } from './workloads/pause-rollout.ts';
import { rolloutRestart } from './workloads/rollout-restart.ts';
import { rolloutHistory } from './workloads/rollout-history.ts';
import { rolloutStatus } from './workloads/rollout-status.ts';
import { rolloutUndo } from './workloads/rollout-undo.ts';
import { scale } from './workloads/scale.ts';
import { setEnv } from './workloads/set-env.ts';
import { setImage } from './workloads/set-image.ts';
import { setResources } from './workloads/set-resources.ts';
import { workloadResources } from './workloads/workload-resources.ts';

const READS = [
  listPods,
  podsReady,
  podLogs,
  listEvents,
  whatChanged,
  rolloutHistory,
  rolloutStatus,
  compareRevisions,
  workloadResources,
  configurationOf,
  servedCertificates,
  storedCertificate,
  endpointsOf,
  listServices,
  serviceBackends,
  listNodes,
  nodeReady,
  describeNode,
  previewDrain,
  disruptions,
  deletions,
  unavailableApis,
  finalizerOwners,
  getObject,
  listObjects,
  conditionMet,
  podUsage,
  cpuThrottling,
  probes,
];
const CHANGES = [
  cordonNode,
  uncordonNode,
  taintNode,
  labelNode,
  drainNode,
  deletePod,
  evictPod,
  rolloutUndo,
  setResources,
  setImage,
  setEnv,
  rolloutRestart,
  rolloutPause,
  rolloutResume,
  scale,
  setConfigMapKeys,
  setServiceTarget,
  execInPod,
  probeFromNode,
  removeFinalizer,
  deleteApiService,
  lookUpFromNode,
  portForward,
  debugContainer,
  nodeDebug,
  profileGo,
  profilePython,
  profileSyscalls,
  traceConnects,
  patchObject,
  applyObject,
  deleteObject,
];

/** All steps of the contract: reads with the reading account, plan, apply and probe of changes with the changing one. */
export function createKubernetesSteps(clients: {
  readonly read: KubernetesClient;
  readonly change: KubernetesClient;
}): ImplementedStep[] {
  return [
    ...READS.map((make) => followed(make(clients.read), clients.read)),
    ...CHANGES.map((make) => make(clients.change)),
  ];
}

/** A read that says what it watches can be followed there. */
function followed(step: ImplementedRead, { watches }: KubernetesClient): ImplementedRead {
  const watched = step.contract.watches;
  return watched ? { ...step, follow: (input) => watches.follow(watched(input)) } : step;
}
