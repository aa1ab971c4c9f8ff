import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/** Counted on running labs: what systemd, containerd and the kubelets of three nodes hold. */
const NEEDED = 45;

/**
 * What is wrong with this machine's number of inotify instances, which the nodes share with everything
 * else that root runs: without any left, systemd in a node starts nothing and says so to nobody.
 */
export function inotifyShortage(): string | undefined {
  const limit = Number(readFileSync('/proc/sys/fs/inotify/max_user_instances', 'utf8'));
  const used = instancesOfRoot();
  if (limit - used >= NEEDED) return undefined;
  return `inotify instances: ${used} of ${limit} are in use and a lab needs ${NEEDED} (\`sysctl fs.inotify.max_user_instances=${Math.max(512, limit * 2)}\`, or take another lab down)`;
}

function instancesOfRoot(): number {
  let count = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (statSync(`/proc/${pid}`).uid !== 0) continue;
      for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
        if (readlinkSync(`/proc/${pid}/fd/${descriptor}`) === 'anon_inode:inotify') count += 1;
      }
    } catch {
      // The process ended while it was looked at.
    }
  }
  return count;
}
