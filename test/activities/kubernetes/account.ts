import {
  CoreV1Api,
  RbacAuthorizationV1Api,
  type KubeConfig,
  type V1PolicyRule,
} from '@kubernetes/client-node';

export interface Account {
  readonly namespace: string;
  readonly name: string;
  /** As the API server's audit log names it. */
  readonly user: string;
  readonly kubeconfig: Readonly<Record<string, unknown>>;
  /** Another kubeconfig, with a token of its own: a kubelet remembers for half a minute what it refused to one. */
  another(): Promise<Readonly<Record<string, unknown>>>;
  /** From now on it may this in the whole cluster, and nothing else; the API server follows a moment later. */
  may(rules: readonly V1PolicyRule[]): Promise<void>;
}

/** A service account with a token of its own, that may nothing. */
export async function makeAccount(
  admin: KubeConfig,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<Account> {
  const core = admin.makeApiClient(CoreV1Api);
  const rbac = admin.makeApiClient(RbacAuthorizationV1Api);
  await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name } } });
  const role = `${namespace}-${name}`;
  await rbac.createClusterRole({ body: { metadata: { name: role }, rules: [] } });
  await rbac.createClusterRoleBinding({
    body: {
      metadata: { name: role },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'ServiceAccount', namespace, name }],
    },
  });
  const { server, caData } = admin.getCurrentCluster()!;
  const another = async () => {
    const body = { spec: { audiences: [], expirationSeconds: 3_600 } };
    const { status } = await core.createNamespacedServiceAccountToken({ namespace, name, body });
    return {
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': caData } }],
      users: [{ name: 'u', user: { token: status!.token } }],
    };
  };
  return {
    namespace,
    name,
    user: `system:serviceaccount:${namespace}:${name}`,
    kubeconfig: await another(),
    another,
    may: async (rules) =>
      void (await rbac.replaceClusterRole({
        name: role,
        body: { metadata: { name: role }, rules: rules.map((rule) => ({ ...rule })) },
      })),
  };
}
