import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterApi } from '../control-plane/cluster-api.ts';
import { serverOf } from '../control-plane/arguments.ts';
import type { Layout } from '../layout.ts';
import type { ClusterCertificates } from '../pki/cluster-certificates.ts';
import { writeKubeconfig, type Credential } from '../pki/kubeconfig.ts';

const A_YEAR = 365 * 24 * 3600;

const ACCOUNTS = [
  { namespace: 'nightshift-probes', name: 'nightshift-read' },
  { namespace: 'nightshift-probes', name: 'nightshift-change' },
  { namespace: 'kube-system', name: 'prometheus' },
] as const;

export async function writeAdminKubeconfig(layout: Layout, certificates: ClusterCertificates): Promise<void> {
  await writeAccess(layout, certificates, {
    user: 'lab-admin',
    file: 'admin',
    credential: { keyPair: certificates.admin },
  });
}

/** Makes a token and a kubeconfig for each service account that the manifests created. */
export async function createAccess(
  layout: Layout,
  of: { api: ClusterApi; certificates: ClusterCertificates },
): Promise<void> {
  for (const account of ACCOUNTS) {
    const token = await createToken(of.api, account);
    await writeAccess(layout, of.certificates, {
      user: account.name,
      file: account.name,
      credential: { token },
    });
  }
}

async function writeAccess(
  layout: Layout,
  certificates: ClusterCertificates,
  { user, file, credential }: { user: string; file: string; credential: Credential },
): Promise<void> {
  await mkdir(join(layout.stateDirectory, 'kubeconfig'), { recursive: true, mode: 0o700 });
  await writeKubeconfig(kubeconfigOf(layout, file), {
    server: serverOf(layout),
    certificateAuthority: certificates.authority,
    user,
    credential,
  });
}

export function kubeconfigOf(layout: Layout, name: string): string {
  return join(layout.stateDirectory, 'kubeconfig', `${name}.yaml`);
}

async function createToken(api: ClusterApi, account: { namespace: string; name: string }): Promise<string> {
  const path = `/api/v1/namespaces/${account.namespace}/serviceaccounts/${account.name}/token`;
  const answer = await api.call<{ status: { token: string } }>('POST', path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: A_YEAR },
  });
  return answer.status.token;
}
