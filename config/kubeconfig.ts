/** From how a cluster's access is written to what a client takes. */
import { join } from 'node:path';
import type { KubernetesAccess } from './clusters.ts';

/** A kubeconfig's path, or its content; the current context where none is named. */
export interface KubeconfigAndContext {
  readonly kubeconfig: string | Readonly<Record<string, unknown>>;
  readonly context?: string | undefined;
}

/**
 * In a pod: the API server of its environment, the certificate authority and the token of its service account. Both are
 * read again for each request, because the kubelet replaces them. Throws an Error outside of a pod.
 */
export function kubeconfigOf(
  access: KubernetesAccess,
  environment: Readonly<Record<string, string | undefined>>,
): KubeconfigAndContext {
  if (!('inCluster' in access)) return access;
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (!host || !port)
    throw new Error(
      'inCluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set, so this process does not run in a pod; write { kubeconfig: "path" } instead',
    );
  const name = 'in-cluster';
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const file = (of: string) => join(access.serviceAccount, of);
  return {
    kubeconfig: {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { server, 'certificate-authority': file('ca.crt') } }],
      users: [{ name, user: { tokenFile: file('token') } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
    },
  };
}
