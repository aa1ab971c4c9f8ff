import type { ServiceRouting } from '../activities/hosts/service-routing.ts';
import type { KubernetesClient } from '../activities/kubernetes/clients.ts';
import { readServiceRouting } from '../activities/kubernetes/services/routing.ts';

const LIMIT_MS = 10_000;

/** What the cluster's API says about Services, as the steps on hosts compare it with a node's rules. */
export const serviceRoutingOf =
  ({ api }: KubernetesClient): (() => Promise<ServiceRouting>) =>
  () =>
    readServiceRouting(api, {
      signal: AbortSignal.timeout(LIMIT_MS),
      deadline: new Date(Date.now() + LIMIT_MS),
    });
