import type { OnNode } from '../kube-proxy/has-synced.ts';
import { insideNode } from '../node/inside-node.ts';

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
