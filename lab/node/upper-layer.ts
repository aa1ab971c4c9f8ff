import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Layout, NodeLayout } from '../layout.ts';
import type { ClusterCertificates } from '../pki/cluster-certificates.ts';
import { writeKubeconfig } from '../pki/kubeconfig.ts';
import type { SshKeys } from '../pki/ssh-keys.ts';
import { accountFiles, ONCALL } from './accounts.ts';
import * as configuration from './configuration.ts';
import { nextKernelSequence } from './kernel-log.ts';
import { IMAGES_SERVICE, KUBE_PROXY_SERVICE, kubeletService, MASKED_UNITS, NODE_TARGET } from './units.ts';

export interface NodeParts {
  readonly server: string;
  readonly certificates: ClusterCertificates;
  readonly ssh: SshKeys;
}

/** Writes what makes a node differ from the machine into the upper layer of its overlay. */
export async function writeUpperLayer(layout: Layout, node: NodeLayout, parts: NodeParts): Promise<void> {
  const upper = join(node.directory, 'upper');
  const put = (path: string, content: string | Buffer, mode = 0o644): void => {
    const file = join(upper, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode });
  };
  putIdentity(put, layout, node);
  putUnits(put, upper, node);
  await putKubernetes(put, upper, { layout, node, parts });
  putAccess(put, upper, { node, parts });
}

type Put = (path: string, content: string | Buffer, mode?: number) => void;

function putIdentity(put: Put, layout: Layout, node: NodeLayout): void {
  put('etc/hostname', `${node.name}\n`);
  put('etc/hosts', configuration.hostsFile(layout, node));
  put('etc/resolv.conf', '');
  put('etc/machine-id', `${randomBytes(16).toString('hex')}\n`);
  put('etc/fstab', '');
  put('etc/systemd/journald.conf', configuration.JOURNALD);
  put('etc/nightshift-lab/kernel-seqnum', nextKernelSequence());
}

function putUnits(put: Put, upper: string, node: NodeLayout): void {
  const units = 'etc/systemd/system';
  put(`${units}/node.target`, NODE_TARGET);
  put(`${units}/lab-images.service`, IMAGES_SERVICE);
  put(`${units}/kubelet.service`, kubeletService(node));
  put(`${units}/kube-proxy.service`, KUBE_PROXY_SERVICE);
  for (const unit of MASKED_UNITS) symlinkSync('/dev/null', join(upper, units, unit));
}

async function putKubernetes(
  put: Put,
  upper: string,
  of: { layout: Layout; node: NodeLayout; parts: NodeParts },
): Promise<void> {
  const { layout, node, parts } = of;
  const { authority, nodes, kubeProxy } = parts.certificates;
  const { client, serving } = nodes[node.name];
  put('etc/containerd/config.toml', configuration.CONTAINERD);
  put('etc/cni/net.d/10-lab.conflist', configuration.cni(node));
  put('etc/kubernetes/kubelet.yaml', configuration.kubeletConfiguration());
  put('etc/kubernetes/kube-proxy.yaml', configuration.kubeProxyConfiguration(layout, node));
  put('etc/kubernetes/pki/ca.crt', readFileSync(authority));
  put('etc/kubernetes/pki/kubelet.crt', readFileSync(serving.certificate));
  put('etc/kubernetes/pki/kubelet.key', readFileSync(serving.key), 0o600);
  const kubeconfig = (name: string, user: string, keyPair: typeof client) =>
    writeKubeconfig(join(upper, `etc/kubernetes/${name}.kubeconfig`), {
      server: parts.server,
      certificateAuthority: authority,
      user,
      credential: { keyPair },
    });
  await kubeconfig('kubelet', `system:node:${node.name}`, client);
  await kubeconfig('kube-proxy', 'system:kube-proxy', kubeProxy);
}

function putAccess(put: Put, upper: string, of: { node: NodeLayout; parts: NodeParts }): void {
  const { ssh } = of.parts;
  for (const [file, content] of Object.entries(accountFiles())) {
    put(`etc/${file}`, content, file.endsWith('shadow') ? 0o640 : 0o644);
  }
  put('etc/ssh/sshd_config', configuration.SSHD);
  const hostKey = ssh.hostKeys[of.node.name];
  put('etc/ssh/lab_host_ed25519_key', readFileSync(hostKey), 0o600);
  put('etc/ssh/lab_host_ed25519_key.pub', readFileSync(`${hostKey}.pub`));
  put('etc/sudoers', configuration.SUDOERS, 0o440);
  const key = (file: string): string => readFileSync(`${file}.pub`, 'utf8');
  const home = ONCALL.home.slice(1);
  // The product writes authorized_keys; a person's key is beside it and opens a shell.
  put(`${home}/.ssh/authorized_keys`, key(ssh.readingKey) + key(ssh.changingKey), 0o600);
  put(`${home}/.ssh/authorized_keys_people`, key(ssh.personKey), 0o600);
  for (const path of ['', '.ssh', '.ssh/authorized_keys', '.ssh/authorized_keys_people']) {
    chownSync(join(upper, home, path), ONCALL.uid, ONCALL.gid);
  }
}
