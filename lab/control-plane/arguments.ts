import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SERVICE_CIDR, type Layout } from '../layout.ts';
import type { ClusterCertificates } from '../pki/cluster-certificates.ts';

export const CONTROL_PLANE_PARTS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
] as const;
export type ControlPlanePart = (typeof CONTROL_PLANE_PARTS)[number];

export const serverOf = (layout: Layout): string => `https://${layout.gateway}:6443`;
export const auditLogOf = (layout: Layout): string => join(layout.stateDirectory, 'audit', 'audit.log');

export function etcdArguments(layout: Layout, { etcd }: ClusterCertificates): string[] {
  const client = `https://${layout.gateway}:2379`;
  const peer = `https://${layout.gateway}:2380`;
  return [
    '--name=lab',
    `--data-dir=${join(layout.stateDirectory, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=lab=${peer}`,
    `--cert-file=${etcd.server.certificate}`,
    `--key-file=${etcd.server.key}`,
    `--trusted-ca-file=${etcd.authority}`,
    '--client-cert-auth=true',
    `--peer-cert-file=${etcd.server.certificate}`,
    `--peer-key-file=${etcd.server.key}`,
    `--peer-trusted-ca-file=${etcd.authority}`,
    '--peer-client-cert-auth=true',
    '--log-level=warn',
    // A lab that loses its machine is made again: it need not wait for the disk.
    '--unsafe-no-fsync=true',
  ];
}

export async function apiServerArguments(
  layout: Layout,
  certificates: ClusterCertificates,
): Promise<string[]> {
  const { authority, apiServer, apiServerToKubelet, serviceAccounts, etcd } = certificates;
  await mkdir(join(layout.stateDirectory, 'audit'), { recursive: true, mode: 0o700 });
  return [
    `--etcd-servers=https://${layout.gateway}:2379`,
    `--etcd-cafile=${etcd.authority}`,
    `--etcd-certfile=${etcd.client.certificate}`,
    `--etcd-keyfile=${etcd.client.key}`,
    `--bind-address=${layout.gateway}`,
    `--advertise-address=${layout.gateway}`,
    '--secure-port=6443',
    `--tls-cert-file=${apiServer.certificate}`,
    `--tls-private-key-file=${apiServer.key}`,
    `--client-ca-file=${authority}`,
    '--anonymous-auth=false',
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    `--kubelet-certificate-authority=${authority}`,
    `--kubelet-client-certificate=${apiServerToKubelet.certificate}`,
    `--kubelet-client-key=${apiServerToKubelet.key}`,
    '--kubelet-preferred-address-types=InternalIP',
    `--service-account-key-file=${serviceAccounts.publicKey}`,
    `--service-account-signing-key-file=${serviceAccounts.privateKey}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-cluster-ip-range=${SERVICE_CIDR}`,
    '--allow-privileged=true',
    '--event-ttl=1h',
    '--profiling=false',
    `--audit-policy-file=${join(import.meta.dirname, 'audit-policy.yaml')}`,
    `--audit-log-path=${auditLogOf(layout)}`,
    '--audit-log-mode=blocking',
    // Megabytes; what reads the log reads one file.
    '--audit-log-maxsize=2000',
  ];
}

export function controllerManagerArguments(certificates: ClusterCertificates, kubeconfig: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${certificates.serviceAccounts.privateKey}`,
    `--root-ca-file=${certificates.authority}`,
    '--use-service-account-credentials=true',
    '--leader-elect=false',
    '--secure-port=0',
    // A node that a test has cut off is NotReady after 16 s instead of 40.
    '--node-monitor-grace-period=16s',
    '--node-monitor-period=2s',
    '--kube-api-qps=200',
    '--kube-api-burst=400',
  ];
}

export function schedulerArguments(kubeconfig: string): string[] {
  return [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0'];
}
