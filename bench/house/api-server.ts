/** A real API server on a real etcd, alone: nodes are objects that nobody runs, which is all that a cordon needs. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { resolveBinaries } from '../../embedded/binaries/index.ts';
import { freePort } from '../../embedded/ports.ts';
import { startProcess, waitUntilReady } from '../../embedded/processes.ts';
import { createCertificateAuthority, createSigningKey } from '../../lab/pki/certificate-authority.ts';
import { writeKubeconfig } from '../../lab/pki/kubeconfig.ts';
import type { Closing } from './closing.ts';

export interface ApiServer {
  /** Of an administrator. */
  readonly kubeconfig: string;
  readonly url: string;
  /** Connections with the administrator's certificate. */
  readonly dispatcher: Agent;
  /** What a controller manager needs beside the kubeconfig: the authority's certificate, the key that signs tokens. */
  readonly authority: string;
  readonly tokenKey: string;
}

const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata', userGroups: ['system:masters'] }],
};

const READY_MS = 180_000;

/** With `auditLog`, the administrators' answered requests are kept there, a line of JSON for each. */
export async function startApiServer(
  folder: string,
  closing: Closing,
  { auditLog }: { readonly auditLog?: string } = {},
): Promise<ApiServer> {
  const programs = await resolveBinaries(['etcd', 'kube-apiserver']);
  const pki = join(folder, 'pki');
  await mkdir(pki, { recursive: true });
  const authority = await createCertificateAuthority(pki, 'nightshift bench');
  const names = ['IP:127.0.0.1'];
  const [server, admin, signing] = await Promise.all([
    authority.issue({ file: 'apiserver', commonName: 'kube-apiserver', names }),
    authority.issue({ file: 'admin', commonName: 'bench-admin', organization: 'system:masters' }),
    createSigningKey(pki),
  ]);
  const [client, peer, port] = [await freePort(), await freePort(), await freePort()];
  const etcdUrl = `http://127.0.0.1:${client}`;
  const peerUrl = `http://127.0.0.1:${peer}`;
  const etcd = await startProcess({
    name: 'etcd',
    command: programs.etcd,
    args: [
      '--name=bench',
      `--data-dir=${join(folder, 'etcd')}`,
      ...[`--listen-client-urls=${etcdUrl}`, `--advertise-client-urls=${etcdUrl}`],
      ...[`--listen-peer-urls=${peerUrl}`, `--initial-advertise-peer-urls=${peerUrl}`],
      `--initial-cluster=bench=${peerUrl}`,
      '--log-level=warn',
    ],
    logFile: join(folder, 'etcd.log'),
  });
  closing.add(() => etcd.stop());
  const auditPolicy = join(folder, 'audit-policy.json');
  await writeFile(auditPolicy, JSON.stringify(AUDIT_POLICY));
  const audit = [
    `--audit-policy-file=${auditPolicy}`,
    `--audit-log-path=${auditLog}`,
    '--audit-log-maxsize=2000',
  ];
  const apiServer = await startProcess({
    name: 'kube-apiserver',
    command: programs['kube-apiserver'],
    args: [
      `--etcd-servers=${etcdUrl}`,
      ...['--bind-address=127.0.0.1', `--secure-port=${port}`, '--endpoint-reconciler-type=none'],
      ...[`--tls-cert-file=${server.certificate}`, `--tls-private-key-file=${server.key}`],
      ...[`--client-ca-file=${authority.certificate}`, '--anonymous-auth=false'],
      '--authorization-mode=Node,RBAC',
      `--service-account-key-file=${signing.publicKey}`,
      `--service-account-signing-key-file=${signing.privateKey}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--profiling=false',
      ...(auditLog === undefined ? [] : audit),
    ],
    logFile: join(folder, 'kube-apiserver.log'),
  });
  closing.add(() => apiServer.stop());
  const dispatcher = new Agent({
    connect: {
      ca: await readFile(authority.certificate),
      cert: await readFile(admin.certificate),
      key: await readFile(admin.key),
    },
    bodyTimeout: 0,
  });
  closing.add(() => dispatcher.destroy());
  const url = `https://127.0.0.1:${port}`;
  const isReady = async () => {
    const { statusCode, body } = await request(`${url}/readyz`, { dispatcher });
    await body.dump();
    return statusCode === 200;
  };
  await waitUntilReady(apiServer, { isReady, deadlineMs: READY_MS });
  const kubeconfig = await writeKubeconfig(join(folder, 'kubeconfig'), {
    server: url,
    certificateAuthority: authority.certificate,
    user: 'bench-admin',
    credential: { keyPair: admin },
  });
  return {
    ...{ kubeconfig, url, dispatcher },
    authority: authority.certificate,
    tokenKey: signing.privateKey,
  };
}
