import type { DiskUsage } from '../contract/disk.ts';

/** So many of a kind are listed, the largest first. */
const LISTED = 40;
/** Smaller logs are never listed. */
const LEAST_LISTED = 65_536;

interface Log {
  readonly path: string;
  readonly inode: number;
  readonly leastBytes: number;
}

/** Is this log as large as that? "unknown" where the list does not say so of a log that is not on it. */
export function lookAtLog(
  { consumers, notMeasured }: Pick<DiskUsage, 'consumers' | 'notMeasured'>,
  { path, inode, leastBytes }: Log,
): 'large' | 'small-or-gone' | 'unknown' {
  const logs = consumers.filter((c) => c.kind === 'container-log');
  const log = logs.find((c) => c.path === path && c.inode === inode);
  if (log) return log.bytes >= leastBytes ? 'large' : 'small-or-gone';
  if (notMeasured.includes('container-log')) return 'unknown';
  const most = logs.length < LISTED ? LEAST_LISTED : Math.min(...logs.map((c) => c.bytes));
  // Whatever is not on the list is no larger than that.
  return most < leastBytes ? 'small-or-gone' : 'unknown';
}
