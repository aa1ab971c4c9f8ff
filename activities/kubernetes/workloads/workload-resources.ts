import { implementRead } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { findWorkload } from './read-workload.ts';

export const workloadResources = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.workloadResources, async (ref, context) => {
    const workload = await findWorkload(api, ref, context);
    if (!workload) return { found: false, replicas: null, containers: [] };
    const spec = workload.object.spec?.template?.spec;
    const init = (spec?.initContainers ?? []).map((c) => ({
      ...c,
      kind: c.restartPolicy === 'Always' ? ('sidecar' as const) : ('init' as const),
    }));
    const main = (spec?.containers ?? []).map((c) => ({ ...c, kind: 'main' as const }));
    return {
      found: true,
      replicas:
        workload.kind === 'DaemonSet'
          ? (workload.object.status?.desiredNumberScheduled ?? null)
          : (workload.object.spec?.replicas ?? null),
      updateStrategy:
        (workload.kind === 'Deployment'
          ? workload.object.spec?.strategy?.type
          : workload.object.spec?.updateStrategy?.type) ?? null,
      containers: [...init, ...main].map(({ name, kind, image, resources }) => ({
        name,
        kind,
        image: image ?? '',
        requests: resources?.requests ?? {},
        limits: resources?.limits ?? {},
      })),
    };
  });
