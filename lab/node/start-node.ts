import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startBackground } from '../machine/background.ts';
import { hierarchies, isUnifiedOnly, makeCgroup } from '../machine/cgroups.ts';
import { command } from '../machine/command.ts';
import type { Layout, NodeLayout } from '../layout.ts';
import { putHostFiles, type HostFile } from './host-files.ts';
import { writeUpperLayer, type NodeParts } from './upper-layer.ts';

/** The size of a node's root file system; it is in memory, and only what differs from the machine counts. */
export const NODE_DISK = '1g';

const INIT = join(import.meta.dirname, 'init.sh');

interface NodeFiles {
  readonly kubelet: string;
  readonly kubeProxy: string;
  readonly images: string;
}

export interface NodeStart extends NodeParts {
  readonly files: NodeFiles;
  readonly hostFiles: readonly HostFile[];
}

/**
 * One node: systemd as PID 1 in namespaces of its own, on a copy-on-write view of the machine's root file
 * system whose upper layer is in memory.
 */
export async function startNode(layout: Layout, node: NodeLayout, parts: NodeStart): Promise<void> {
  await mkdir(node.directory, { recursive: true });
  await command(['mount', '-t', 'tmpfs', '-o', `size=${NODE_DISK},mode=755`, node.cgroup, node.directory]);
  const [upper, work, root] = ['upper', 'work', 'root'].map((name) => join(node.directory, name)) as [
    string,
    string,
    string,
  ];
  for (const directory of [upper, work, root]) await mkdir(directory);
  await writeUpperLayer(layout, node, parts);
  const layers = `lowerdir=/,upperdir=${upper},workdir=${work}`;
  await command(['mount', '-t', 'overlay', node.cgroup, '-o', layers, root]);
  // What the machine's own sudoers.d allows is not for nodes.
  await rm(join(root, 'etc/sudoers.d'), { recursive: true, force: true });
  await mkdir(join(root, 'etc/sudoers.d'), { mode: 0o750 });
  putHostFiles(root, parts.hostFiles);

  const trees = hierarchies();
  const cgroupArgument = isUnifiedOnly(trees)
    ? '2'
    : trees
        .filter(({ version }) => version === 1)
        .map(({ option }) => option)
        .join(' ');
  const { kubelet, kubeProxy, images } = parts.files;
  startBackground({
    part: node.name,
    stateDirectory: layout.stateDirectory,
    // The cgroups are joined before `unshare --cgroup`, which makes the present ones the root of the node's view.
    cgroups: makeCgroup(node.cgroup, trees),
    argv: [
      ...['nsenter', `--net=/run/netns/${node.namespace}`],
      ...['unshare', '--mount', '--pid', '--uts', '--ipc', '--cgroup', '--fork', '--kill-child=SIGKILL'],
      ...['/bin/sh', INIT, node.name, root, layout.stateDirectory, cgroupArgument],
      `${kubelet}=/usr/local/bin/kubelet`,
      `${kubeProxy}=/usr/local/bin/kube-proxy`,
      `${images}=/usr/share/nightshift-lab/images.tar`,
    ],
  });
}
