/** The catalogue: every runbook of this repository. */
import type { RunbookDefinition } from '../workflows/index.ts';
import badGatewayBehindSidecar from './bad-gateway-behind-sidecar.ts';
import badRollout from './bad-rollout.ts';
import certificateAboutToExpire from './certificate-about-to-expire.ts';
import clusterLookAround from './cluster-look-around.ts';
import cpuThrottling from './cpu-throttling.ts';
import coverageAudit from './coverage-audit.ts';
import crashLoopByConfiguration from './crash-loop-by-configuration.ts';
import connectionPoolExhaustion from './connection-pool-exhaustion.ts';
import connectsToNowhere from './connects-to-nowhere.ts';
import dnsFailure from './dns-failure.ts';
import diskFullOnNode from './disk-full-on-node.ts';
import errorRateTriage from './error-rate-triage.ts';
import followRequest from './follow-request.ts';
import imagePullFailure from './image-pull-failure.ts';
import lockContention from './lock-contention.ts';
import nodeDrainForMaintenance from './node-drain-for-maintenance.ts';
import nodeNotReady from './node-not-ready.ts';
import oomKilledContainer from './oom-killed-container.ts';
import podsCrashOnOneNode from './pods-crash-on-one-node.ts';
import pythonHotLoop from './python-hot-loop.ts';
import serviceWithoutEndpoints from './service-without-endpoints.ts';
import slowRequests from './slow-requests.ts';
import stuckTerminating from './stuck-terminating.ts';

const runbooks: readonly RunbookDefinition[] = [
  podsCrashOnOneNode,
  badRollout,
  oomKilledContainer,
  cpuThrottling,
  badGatewayBehindSidecar,
  connectionPoolExhaustion,
  lockContention,
  pythonHotLoop,
  connectsToNowhere,
  imagePullFailure,
  crashLoopByConfiguration,
  certificateAboutToExpire,
  dnsFailure,
  serviceWithoutEndpoints,
  stuckTerminating,
  nodeNotReady,
  diskFullOnNode,
  nodeDrainForMaintenance,
  slowRequests,
  errorRateTriage,
  followRequest,
  coverageAudit,
  clusterLookAround,
];
export default runbooks;
