import { implementRead } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { lastEditEver } from '../events/changes/snapshot.ts';
import { truncation } from '../truncated.ts';
import { appliedTarget, backendsFor } from './backends.ts';
import { summariseService } from './summarise-service.ts';

const SHOWN = 50;

export const serviceBackends = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.serviceBackends, async ({ namespace, service: name }, context) => {
    const service = await api.find('services', { namespace, name }, context);
    if (!service) return { service: null, workloads: [] };
    const [deployments, replicaSets, statefulSets, daemonSets, slices] = await Promise.all([
      api.list('deployments', { namespace }, context),
      api.list('replicasets', { namespace }, context),
      api.list('statefulsets', { namespace }, context),
      api.list('daemonsets', { namespace }, context),
      api.list('endpointslices', { namespace, labelSelector: `kubernetes.io/service-name=${name}` }, context),
    ]);
    const { uid, type, ports } = summariseService(service, slices.items);
    const all = backendsFor(service.spec?.selector ?? {}, {
      deployments: deployments.items,
      replicaSets: replicaSets.items,
      statefulSets: statefulSets.items,
      daemonSets: daemonSets.items,
    });
    return {
      service: {
        uid,
        type,
        selector: service.spec?.selector ?? null,
        ports,
        applied: appliedTarget(service),
        lastEdit: lastEditEver(service),
      },
      workloads: all.slice(0, SHOWN),
      ...truncation({ kept: Math.min(SHOWN, all.length), of: all.length, what: 'workloads' }),
    };
  });
