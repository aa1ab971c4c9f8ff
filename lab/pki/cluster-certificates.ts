import { join } from 'node:path';
import type { Layout, NodeName } from '../layout.ts';
import { createCertificateAuthority, createSigningKey, type KeyPairFiles } from './certificate-authority.ts';

export interface ClusterCertificates {
  readonly authority: string;
  readonly apiServer: KeyPairFiles;
  readonly apiServerToKubelet: KeyPairFiles;
  readonly admin: KeyPairFiles;
  readonly controllerManager: KeyPairFiles;
  readonly scheduler: KeyPairFiles;
  readonly kubeProxy: KeyPairFiles;
  /** The serving certificate of the fault proxy: the same authority, another address. */
  readonly faultProxy: KeyPairFiles;
  readonly nodes: Readonly<Record<NodeName, { client: KeyPairFiles; serving: KeyPairFiles }>>;
  readonly serviceAccounts: { readonly privateKey: string; readonly publicKey: string };
  readonly etcd: { readonly authority: string; readonly server: KeyPairFiles; readonly client: KeyPairFiles };
}

/** Everything that speaks TLS in the lab. etcd has an authority of its own: a node's certificate must not open it. */
export async function createClusterCertificates(layout: Layout): Promise<ClusterCertificates> {
  const directory = join(layout.stateDirectory, 'pki');
  const [cluster, etcd] = await Promise.all([
    createCertificateAuthority(directory, `nightshift lab ${layout.name}`),
    createCertificateAuthority(join(directory, 'etcd'), `nightshift lab ${layout.name} etcd`),
  ]);
  const system = (file: string, commonName: string) => cluster.issue({ file, commonName });
  const gateway = `IP:${layout.gateway}`;
  const nodes = await Promise.all(
    layout.nodes.map(async ({ name, address }) => {
      const [client, serving] = await Promise.all([
        cluster.issue({
          file: `${name}-client`,
          commonName: `system:node:${name}`,
          organization: 'system:nodes',
        }),
        cluster.issue({
          file: `${name}-serving`,
          commonName: `system:node:${name}`,
          names: [`IP:${address}`, `DNS:${name}`],
        }),
      ]);
      return [name, { client, serving }] as const;
    }),
  );
  const names = [
    gateway,
    'IP:10.96.0.1',
    'DNS:kubernetes',
    'DNS:kubernetes.default',
    'DNS:kubernetes.default.svc',
  ];
  const [apiServer, apiServerToKubelet, admin, controllerManager, scheduler, kubeProxy, faultProxy] =
    await Promise.all([
      cluster.issue({ file: 'apiserver', commonName: 'kube-apiserver', names }),
      system('apiserver-kubelet-client', 'kube-apiserver-kubelet-client'),
      cluster.issue({ file: 'admin', commonName: 'lab-admin', organization: 'system:masters' }),
      system('controller-manager', 'system:kube-controller-manager'),
      system('scheduler', 'system:kube-scheduler'),
      system('kube-proxy', 'system:kube-proxy'),
      cluster.issue({
        file: 'fault-proxy',
        commonName: 'lab-fault-proxy',
        names: ['IP:127.0.0.1', 'DNS:localhost', gateway],
      }),
    ]);
  return {
    authority: cluster.certificate,
    apiServer,
    apiServerToKubelet,
    admin,
    controllerManager,
    scheduler,
    kubeProxy,
    faultProxy,
    nodes: Object.fromEntries(nodes) as ClusterCertificates['nodes'],
    serviceAccounts: await createSigningKey(directory),
    etcd: {
      authority: etcd.certificate,
      server: await etcd.issue({ file: 'server', commonName: 'etcd', names: [gateway] }),
      client: await etcd.issue({ file: 'client', commonName: 'kube-apiserver' }),
    },
  };
}
