import type { Consumer, Filesystem } from '../../runbooks/analysis/disk-full.ts';

const MiB = 1024 * 1024;

/** A filesystem of 100 MiB with so many in use. */
export const filesystem = (
  mount: string,
  usedMiB: number,
  different: Partial<Filesystem> = {},
): Filesystem => ({
  mount,
  type: 'ext4',
  sizeBytes: 100 * MiB,
  usedBytes: usedMiB * MiB,
  availableBytes: (100 - usedMiB) * MiB,
  inodesUsed: 0.01,
  ...different,
});

/** Something that takes so many MiB, the log of a container where nothing else is said. */
export const consumer = (mib: number, different: Partial<Consumer> = {}): Consumer => ({
  kind: 'container-log',
  mount: '/var',
  path: `/var/log/pods/shop_cart_uid/app/${mib}.log`,
  bytes: mib * MiB,
  inode: 4711,
  pod: { namespace: 'shop', name: 'cart', uid: 'uid' },
  container: 'app',
  process: null,
  ...different,
});

/** The journal, of so many MiB. */
export const journal = (mib: number): Consumer =>
  consumer(mib, { kind: 'journal', path: '/var/log/journal', inode: null, pod: null, container: null });
