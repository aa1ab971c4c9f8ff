import type { NodeLayout } from '../layout.ts';

/** kube-proxy's memory limit on a healthy node: its peak with 400 services is about a quarter of this. */
export const KUBE_PROXY_MEMORY = '128M';

/** The node's own target: what the machine has enabled for itself (databases, timers, Docker) does not start in a node. */
export const NODE_TARGET = `[Unit]
Description=Kubernetes node
Requires=sysinit.target
After=sysinit.target
Wants=dbus.service containerd.service lab-images.service kubelet.service kube-proxy.service ssh.service
AllowIsolate=yes
`;

export const IMAGES_SERVICE = `[Unit]
Description=Import the lab's images
After=containerd.service
Requires=containerd.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/ctr -n k8s.io images import /usr/share/nightshift-lab/images.tar
`;

export function kubeletService(node: NodeLayout): string {
  return `[Unit]
Description=kubelet: The Kubernetes Node Agent
After=containerd.service lab-images.service
StartLimitIntervalSec=0
[Service]
ExecStart=/usr/local/bin/kubelet --config=/etc/kubernetes/kubelet.yaml --kubeconfig=/etc/kubernetes/kubelet.kubeconfig --hostname-override=${node.name} --node-ip=${node.address} --node-labels=topology.kubernetes.io/zone=${node.zone},topology.kubernetes.io/region=lab
Restart=always
RestartSec=2
`;
}

export const KUBE_PROXY_SERVICE = `[Unit]
Description=Kubernetes kube-proxy
Documentation=https://kubernetes.io/docs/reference/command-line-tools-reference/kube-proxy/
StartLimitIntervalSec=0
[Service]
ExecStart=/usr/local/bin/kube-proxy --config=/etc/kubernetes/kube-proxy.yaml
Restart=always
RestartSec=5
MemoryAccounting=yes
MemoryMax=${KUBE_PROXY_MEMORY}
`;

/**
 * Units that a node must not run: they would act on the machine's kernel (devices, modules, clocks,
 * sysctl settings) or wait for hardware that a node does not have.
 */
export const MASKED_UNITS = [
  'apparmor.service',
  'console-getty.service',
  'dev-hugepages.mount',
  'kmod-static-nodes.service',
  'modprobe@.service',
  'proc-sys-fs-binfmt_misc.automount',
  'proc-sys-fs-binfmt_misc.mount',
  'sys-fs-fuse-connections.mount',
  'sys-kernel-config.mount',
  'sys-kernel-debug.mount',
  'sys-kernel-tracing.mount',
  'systemd-binfmt.service',
  'systemd-boot-system-token.service',
  'systemd-firstboot.service',
  'systemd-hwdb-update.service',
  'systemd-journal-flush.service',
  'systemd-machine-id-commit.service',
  'systemd-modules-load.service',
  'systemd-network-generator.service',
  'systemd-networkd.service',
  'systemd-pcrphase-sysinit.service',
  'systemd-pstore.service',
  'systemd-random-seed.service',
  'systemd-remount-fs.service',
  'systemd-resolved.service',
  'systemd-sysctl.service',
  'systemd-sysusers.service',
  'systemd-timesyncd.service',
  'systemd-udev-settle.service',
  'systemd-udev-trigger.service',
  'systemd-udevd.service',
  'systemd-udevd-control.socket',
  'systemd-udevd-kernel.socket',
] as const;
