import { insideNode } from '../node/inside-node.ts';

/**
 * Measured on this lab, peak memory of kube-proxy with its children: 15 MB with the lab's own Services, 43 MB
 * in the first sync with 400 more. At 20 MB the first is always well and the second always killed.
 */
export const TOO_LITTLE = '20M';

const FOLDER = '/etc/systemd/system/kube-proxy.service.d';
/** Sorts before what anybody adds later, so that a repair in a drop-in of its own wins. */
const DROP_IN = `${FOLDER}/10-memory.conf`;

export interface OnNode {
  readonly stateDirectory: string;
  readonly node: string;
}

/** Gives kube-proxy a memory limit and restarts it under that limit, while it still suffices. */
export async function limitKubeProxy(on: OnNode, limit: string): Promise<void> {
  const content = `# Set when the node had a handful of Services.\n[Service]\nMemoryMax=${limit}\n`;
  await insideNode(on, ['sh', '-c', 'mkdir -p "$1" && cat > "$2"', 'sh', FOLDER, DROP_IN], {
    input: content,
  });
  await insideNode(on, ['systemctl', 'daemon-reload']);
  await restartKubeProxy(on);
}

/** Back to the unit file: every drop-in goes, whoever made it. */
export async function unlimitKubeProxy(on: OnNode): Promise<void> {
  await insideNode(on, ['rm', '-rf', FOLDER]);
  await insideNode(on, ['systemctl', 'daemon-reload']);
  await restartKubeProxy(on);
}

/** Not `restart`: one that meets an automatic restart on its way counts as automatic, and as not stable for two minutes. */
export async function restartKubeProxy(on: OnNode): Promise<void> {
  await insideNode(on, ['systemctl', 'stop', 'kube-proxy.service']);
  await insideNode(on, ['systemctl', 'reset-failed', 'kube-proxy.service']);
  await insideNode(on, ['systemctl', 'start', 'kube-proxy.service']);
}

/** How often the kernel has killed a kube-proxy of this node for want of memory since a moment (seconds since 1970). */
export async function oomKills(on: OnNode, since: number): Promise<number> {
  const { stdout } = await insideNode(on, [
    'journalctl',
    '-k',
    '-o',
    'cat',
    '--no-pager',
    `--since=@${since}`,
  ]);
  return stdout
    .split('\n')
    .filter(
      (line) =>
        line.startsWith('oom-kill:') && line.includes(`/${on.node}/`) && line.includes('task=kube-proxy'),
    ).length;
}
