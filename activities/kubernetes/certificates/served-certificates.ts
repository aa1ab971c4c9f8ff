import { implementRead, StepFailure, type CallContext } from '../../kit/index.ts';
import type { RawEndpointSlice } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { ServedAt } from '../contract/certificates.ts';
import { hasStatus } from '../client/failure.ts';
import { truncation } from '../truncated.ts';
import { shakeHands } from './shake-hands.ts';

const SHOWN = 20;
const KUBELET = 10250;

interface Place {
  readonly host: string;
  readonly port: number;
  readonly serverName?: string;
  readonly pod: ServedAt['pod'];
}

export const servedCertificates = ({ api }: KubernetesClient) => {
  return implementRead(kubernetes.servedCertificates, async ({ namespace, service, port, node }, context) => {
    const all =
      service !== undefined && namespace !== undefined
        ? await ofService({ namespace, service, port }, context)
        : [node === undefined ? ofApiServer() : await ofKubelet(node, context)];
    const looked = all.slice(0, SHOWN);
    const served = await Promise.all(
      looked.map(async (place): Promise<ServedAt> => {
        const { host, port: number, pod } = place;
        const found = { certificate: null, ...(await shakeHands(place, context)) };
        return { address: `${host}:${number}`, pod, ...found };
      }),
    );
    return {
      served,
      unapproved: node === undefined ? [] : await unapprovedOf(node, context),
      ...truncation({ kept: looked.length, of: all.length, what: 'endpoints' }),
    };
  });

  async function ofService(
    { namespace, service: name, port }: { namespace: string; service: string; port?: number | undefined },
    context: CallContext,
  ): Promise<Place[]> {
    const [service, slices] = await Promise.all([
      api.get('services', { namespace, name }, context),
      api.list('endpointslices', { namespace, labelSelector: `kubernetes.io/service-name=${name}` }, context),
    ]);
    const ports = service.spec?.ports ?? [];
    const wanted =
      ports.find((p) => p.port === (port ?? 443)) ??
      (port === undefined && ports.length === 1 ? ports[0] : undefined);
    if (!wanted) {
      throw new StepFailure('invalid', `Which port of Service ${namespace}/${name} serves TLS is not known`, {
        next: `Say one of ${ports.map((p) => p.port).join(', ') || 'none: it has no ports'}.`,
      });
    }
    return slices.items.flatMap((slice) =>
      podsBehind(slice, wanted.name ?? '').map((p) => ({ ...p, serverName: `${name}.${namespace}.svc` })),
    );
  }

  async function ofKubelet(name: string, context: CallContext): Promise<Place> {
    const { status } = await api.get('nodes', { name }, context);
    const host = status?.addresses?.find((a) => a.type === 'InternalIP')?.address;
    if (host === undefined) throw new StepFailure('invalid', `Node ${name} has no internal address`);
    return { host, port: status?.daemonEndpoints?.kubeletEndpoint?.Port ?? KUBELET, pod: null };
  }

  function ofApiServer(): Place {
    const { hostname, port } = new URL(`https://${api.server}`);
    return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443), pod: null };
  }

  async function unapprovedOf(node: string, context: CallContext) {
    try {
      const { items } = await api.list('certificatesigningrequests', {}, context);
      return items
        .filter(
          (r) => r.spec?.username === `system:node:${node}` && (r.status?.conditions ?? []).length === 0,
        )
        .map((r) => ({ name: r.metadata?.name ?? '', created: r.metadata?.creationTimestamp ?? '' }))
        .slice(0, SHOWN);
    } catch (error) {
      if (hasStatus(error, 403)) return [];
      throw error;
    }
  }
};

/** Addresses that are a pod's: whoever may write EndpointSlices could name any other, which is none of ours to call. */
const podsBehind = (slice: RawEndpointSlice, portName: string): Place[] => {
  const port = slice.ports?.find((p) => (p.name ?? '') === portName)?.port;
  if (port === undefined) return [];
  return (slice.endpoints ?? []).flatMap(({ addresses, targetRef, conditions }) =>
    targetRef?.kind === 'Pod' && conditions?.terminating !== true
      ? addresses.slice(0, 1).map((host) => ({
          host,
          port,
          pod: { name: targetRef.name ?? '', uid: targetRef.uid ?? '' },
        }))
      : [],
  );
};
