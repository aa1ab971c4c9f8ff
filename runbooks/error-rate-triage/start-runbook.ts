import { runRunbook, type RunEnded } from '../../workflows/index.ts';
import type { Fit } from '../analysis/fitting-runbook.ts';
import badGatewayBehindSidecar from '../bad-gateway-behind-sidecar.ts';
import badRollout from '../bad-rollout.ts';
import connectionPoolExhaustion from '../connection-pool-exhaustion.ts';
import crashLoopByConfiguration from '../crash-loop-by-configuration.ts';
import dnsFailure from '../dns-failure.ts';
import imagePullFailure from '../image-pull-failure.ts';
import nodeNotReady from '../node-not-ready.ts';
import oomKilledContainer from '../oom-killed-container.ts';
import podsCrashOnOneNode from '../pods-crash-on-one-node.ts';
import serviceWithoutEndpoints from '../service-without-endpoints.ts';
import slowRequests from '../slow-requests.ts';

/** Starts the runbook that fits, with the input that the signs give it, and waits for its end. */
export function startRunbook(
  fit: Fit,
  of: { readonly namespace: string; readonly service: string; readonly selector: string | undefined },
): Promise<RunEnded<unknown>> {
  const { namespace, service, selector } = of;
  switch (fit.runbook) {
    case 'service-without-endpoints':
      return runRunbook(serviceWithoutEndpoints, { namespace, service });
    case 'pods-crash-on-one-node':
      return runRunbook(podsCrashOnOneNode, { namespace, service, ...(selector && { selector }) });
    case 'node-not-ready':
      return runRunbook(nodeNotReady, { node: fit.on });
    case 'image-pull-failure':
      return runRunbook(imagePullFailure, { namespace, deployment: fit.on });
    case 'oom-killed-container':
      return runRunbook(oomKilledContainer, { namespace, name: fit.on });
    case 'bad-rollout':
      return runRunbook(badRollout, { namespace, deployment: fit.on });
    case 'crash-loop-by-configuration':
      return runRunbook(crashLoopByConfiguration, { namespace, deployment: fit.on });
    case 'connection-pool-exhaustion':
      return runRunbook(connectionPoolExhaustion, { namespace, deployment: fit.on, service });
    case 'bad-gateway-behind-sidecar':
      return runRunbook(badGatewayBehindSidecar, { namespace, name: fit.on, service });
    case 'slow-requests':
      return runRunbook(slowRequests, { namespace, service });
    case 'dns-failure':
      return runRunbook(dnsFailure, {});
  }
}
