import { implementRead } from '../../kit/index.ts';
import type { ObjectOf } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { FinalizerOwner } from '../contract/deletion.ts';
import { truncation } from '../truncated.ts';

const KINDS = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
} as const;
type Kind = keyof typeof KINDS;

export const finalizerOwners = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.finalizerOwners, async (asked, context) => {
    const lists = await Promise.all(
      (Object.keys(KINDS) as Kind[]).map(async (kind) => {
        const { items, more } = await api.list(KINDS[kind], {}, context);
        return { more, owners: items.flatMap((item) => ownerOf({ kind, item, ...asked }) ?? []) };
      }),
    );
    const owners = lists.flatMap((l) => l.owners);
    return {
      owners,
      ...truncation({
        kept: owners.length,
        of: owners.length,
        more: lists.some((l) => l.more),
        what: 'workloads',
      }),
    };
  });

interface Candidate {
  readonly kind: Kind;
  readonly item: ObjectOf<(typeof KINDS)[Kind]>;
  readonly finalizer: string;
  readonly setBy: string | null;
}

/**
 * The workload as an owner, when something ties it to the finalizer. Rather one too many than one too few: only where
 * nobody looks like the owner may a finalizer be taken away by hand.
 */
export function ownerOf({ kind, item, finalizer, setBy }: Candidate): FinalizerOwner | undefined {
  const { metadata, spec, status } = item;
  const name = metadata?.name ?? '';
  const pod = spec?.template?.spec;
  const labels = metadata?.labels ?? {};
  const names = [
    name,
    labels['app.kubernetes.io/name'],
    labels['app'],
    ...(pod?.containers ?? []).flatMap((c) => [c.name, programOf(c.image)]),
  ];
  const [domain = ''] = finalizer.split('/');
  const [word = ''] = domain.split('.');
  // Every cluster is full of it: labels, annotations and node selectors.
  const says = domain !== 'kubernetes.io';
  const because =
    setBy !== null && names.includes(setBy)
      ? `the finalizer was set by "${setBy}"`
      : says && domain.includes('.') && JSON.stringify(pod ?? {}).includes(domain)
        ? `its pods are told of ${domain}`
        : says && word.length > 2 && names.some((n) => n?.split(/[-_.]/).includes(word))
          ? `it is named after ${domain}`
          : undefined;
  if (because === undefined) return undefined;
  return {
    namespace: metadata?.namespace ?? '',
    kind,
    name,
    ...replicasOf(status, spec),
    because,
  };
}

const programOf = (image = '') => image.split('/').at(-1)?.split(/[:@]/)[0];

function replicasOf(
  status: Candidate['item']['status'],
  spec: Candidate['item']['spec'],
): { desired: number; ready: number } {
  if (status && 'desiredNumberScheduled' in status) {
    return { desired: status.desiredNumberScheduled, ready: status.numberReady };
  }
  const { replicas = 1 } = (spec ?? {}) as { replicas?: number };
  const { readyReplicas = 0 } = (status ?? {}) as { readyReplicas?: number };
  return { desired: replicas, ready: readyReplicas };
}
