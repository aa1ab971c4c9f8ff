import type { ClusterApi } from '../control-plane/cluster-api.ts';

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

export interface Node {
  readonly metadata: Metadata;
  readonly spec: { readonly unschedulable?: boolean };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface Pod {
  readonly metadata: Metadata;
  readonly spec: {
    readonly nodeName?: string;
    readonly containers?: readonly {
      readonly image?: string;
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly {
      readonly restartCount: number;
      readonly state?: { readonly waiting?: { readonly reason?: string } };
      readonly lastState?: { readonly terminated?: { readonly reason?: string } };
    }[];
  };
}

interface List<T> {
  readonly items: readonly T[];
}

export async function listNodes(api: ClusterApi): Promise<readonly Node[]> {
  return (await api.call<List<Node>>('GET', '/api/v1/nodes')).items;
}

export async function listPods(api: ClusterApi, namespace: string, selector = ''): Promise<readonly Pod[]> {
  const query = selector ? `?labelSelector=${encodeURIComponent(selector)}` : '';
  return (await api.call<List<Pod>>('GET', `/api/v1/namespaces/${namespace}/pods${query}`)).items;
}

/** Deletes this very pod; one that has gone already is as good. */
export async function deletePod(api: ClusterApi, pod: Pod): Promise<void> {
  const { name, namespace = 'default', uid } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const { status, body } = await api.request('DELETE', path, {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions: { uid },
  });
  if (![200, 202, 404, 409].includes(status)) throw new Error(`DELETE ${path}: ${status} ${body}`);
}

/** Where a pod stands, for an error message. */
export function describePod({ metadata, spec, status }: Pod): string {
  const waiting = status?.containerStatuses?.[0]?.state?.waiting?.reason;
  const unmet = status?.conditions?.find((condition) => condition.status === 'False' && condition.message);
  const facts = [status?.phase, waiting, unmet?.message, metadata.deletionTimestamp && 'being deleted'];
  return `${metadata.name} on ${spec.nodeName ?? 'no node'}: ${facts.filter(Boolean).join(', ')}`;
}
