import { z } from 'zod';
import { Name, Namespace, Selector } from '../../activities/kubernetes/contract/identity.ts';
import { MemoryMax } from '../../activities/hosts/contract/set-service-limit.ts';

/** What the runbook is started with. */
export const Incident = z.object({
  namespace: Namespace,
  /** The Service whose requests fail; its name is the `service` label of the request metric too. */
  service: Name,
  /** Its pods, where the Service itself does not say. */
  selector: Selector.optional(),
  /** The memory limit to give kube-proxy; worked out from the Services when left out. */
  memoryMax: MemoryMax.optional(),
});
export type Incident = z.output<typeof Incident>;

export const OWNER = 'payments-oncall';

/** Who is asked, and what happens when nobody answers. */
export const ASK = { from: OWNER, within: '10 minutes', escalateTo: ['platform-oncall'] } as const;

export const ALERT = 'HighErrorRate';
/** Of users' requests; above it they are not well. */
export const TOLERABLE = 0.01;
export const KUBE_PROXY = 'kube-proxy.service';
