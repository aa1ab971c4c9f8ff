import { stringify } from 'yaml';
import type { Layout, NodeLayout } from '../layout.ts';
import { PAUSE_IMAGE } from '../images/image-names.ts';

/** /etc/containerd/config.toml */
export const CONTAINERD = `version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/etc/cni/net.d"
`;

/**
 * /etc/cni/net.d: point-to-point cables instead of a bridge, so that every packet of a pod is routed and
 * a Service whose endpoint is on the client's own node works without br_netfilter.
 */
export function cni(node: NodeLayout): string {
  const ipam = { type: 'host-local', ranges: [[{ subnet: node.podCidr }]], routes: [{ dst: '0.0.0.0/0' }] };
  return JSON.stringify({
    cniVersion: '0.4.0',
    name: 'lab',
    plugins: [
      { type: 'ptp', ipMasq: false, ipam },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
}

export function kubeletConfiguration(): string {
  return stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: '/etc/kubernetes/pki/kubelet.crt',
    tlsPrivateKeyFile: '/etc/kubernetes/pki/kubelet.key',
    cgroupDriver: 'cgroupfs',
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    failSwapOn: false,
    failCgroupV1: false,
    clusterDomain: 'cluster.local',
    // The machine's disk and memory are not the node's business.
    evictionHard: {
      'memory.available': '1Mi',
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.available': '0%',
    },
    imageGCHighThresholdPercent: 100,
    nodeStatusUpdateFrequency: '4s',
    registerNode: true,
  });
}

export function kubeProxyConfiguration(layout: Layout, node: NodeLayout): string {
  return stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig: '/etc/kubernetes/kube-proxy.kubeconfig' },
    hostnameOverride: node.name,
    clusterCIDR: layout.podCidr,
    // 0 leaves the kernel's connection tracking settings, which are the machine's, alone.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  });
}

/** The whole of /etc/ssh/sshd_config: what the machine's own says must not matter. */
export const SSHD = `Port 22
HostKey /etc/ssh/lab_host_ed25519_key
AllowUsers oncall
PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication no
PubkeyAuthentication yes
AuthorizedKeysFile .ssh/authorized_keys .ssh/authorized_keys_people
UsePAM no
UseDNS no
PrintMotd no
MaxStartups 100:30:200
LogLevel VERBOSE
Subsystem sftp internal-sftp
`;

/** /etc/sudoers, whole: `oncall` may do nothing until a product puts its rule into sudoers.d, which starts empty. */
export const SUDOERS = `Defaults env_reset
Defaults !fqdn
Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
root ALL=(ALL:ALL) ALL
@includedir /etc/sudoers.d
`;

export const JOURNALD = `[Journal]
Storage=volatile
RuntimeMaxUse=64M
RateLimitIntervalSec=0
ForwardToSyslog=no
`;

/** /etc/hosts: the lab has no DNS. */
export function hostsFile(layout: Layout, node: NodeLayout): string {
  const others = layout.nodes.map(({ name, address }) => `${address} ${name}`);
  return ['127.0.0.1 localhost', `127.0.1.1 ${node.name}`, ...others, ''].join('\n');
}
