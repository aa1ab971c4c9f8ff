import { badGatewayBehindSidecar } from './bad-gateway-behind-sidecar.ts';
import { badRollout } from './bad-rollout.ts';
import { cpuThrottling } from './cpu-throttling.ts';
import { certificateAboutToExpire } from './certificate-about-to-expire.ts';
import { crashLoopByConfiguration } from './crash-loop-by-configuration.ts';
import { connectionPoolExhaustion } from './connection-pool-exhaustion.ts';
import { connectsToNowhere } from './connects-to-nowhere.ts';
import { dnsFailure } from './dns-failure.ts';
import { diskFullOnNode } from './disk-full-on-node.ts';
import { imagePullFailure } from './image-pull-failure.ts';
import { lockContention } from './lock-contention.ts';
import { nodeDrainForMaintenance } from './node-drain-for-maintenance.ts';
import { nodeNotReady } from './node-not-ready.ts';
import { oomKilledContainer } from './oom-killed-container.ts';
import { pythonHotLoop } from './python-hot-loop.ts';
import type { Scenario } from './scenario.ts';
import { serviceWithoutEndpoints } from './service-without-endpoints.ts';
import { slowRequests } from './slow-requests.ts';
import { stuckTerminating } from './stuck-terminating.ts';

/** Every small fault that the lab can play, by the id of the runbook that is for it. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'bad-rollout': badRollout,
  'oom-killed-container': oomKilledContainer,
  'cpu-throttling': cpuThrottling,
  'bad-gateway-behind-sidecar': badGatewayBehindSidecar,
  'connection-pool-exhaustion': connectionPoolExhaustion,
  'slow-requests': slowRequests,
  'lock-contention': lockContention,
  'python-hot-loop': pythonHotLoop,
  'connects-to-nowhere': connectsToNowhere,
  'image-pull-failure': imagePullFailure,
  'crash-loop-by-configuration': crashLoopByConfiguration,
  'certificate-about-to-expire': certificateAboutToExpire,
  'dns-failure': dnsFailure,
  'service-without-endpoints': serviceWithoutEndpoints,
  'stuck-terminating': stuckTerminating,
  'node-drain-for-maintenance': nodeDrainForMaintenance,
  'disk-full-on-node': diskFullOnNode,
  'node-not-ready': nodeNotReady,
};
