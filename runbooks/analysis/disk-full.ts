/** Which filesystem is full, what fills it, and how much of it may be taken away without harm. */
import type { DiskUsage } from '../../activities/hosts/contract.ts';
import { mebibytes } from './memory-limit.ts';

export type Filesystem = DiskUsage['filesystems'][number];
export type Consumer = DiskUsage['consumers'][number];

/** What an emptied disk is filled to at most: a tenth below the mark, so that the alert does not come back at once. */
const BELOW_MARK = 0.1;
/** A log or journal that gives back less is left alone. */
const LEAST_BYTES = 1024 * 1024;
/** The journal keeps a quarter: it is the memory of the night. */
const JOURNAL_KEEPS = 0.25;

/** In use of what there is for everybody, 0 to 1, as df counts it. */
export const usedOf = ({ usedBytes, availableBytes }: Filesystem): number =>
  usedBytes + availableBytes > 0 ? usedBytes / (usedBytes + availableBytes) : 0;

/** The fullest filesystem at or above the mark, by bytes or by inodes. */
export function fullest(filesystems: readonly Filesystem[], mark: number): Filesystem | undefined {
  const worst = (f: Filesystem) => Math.max(usedOf(f), f.inodesUsed);
  return filesystems.filter((f) => worst(f) >= mark).sort((a, b) => worst(b) - worst(a))[0];
}

export interface CleanUp {
  /** Logs to empty. */
  readonly logs: readonly Consumer[];
  /** Undefined: the journal is left alone. */
  readonly journal: { readonly bytes: number; readonly keepBytes: number } | undefined;
  readonly freesBytes: number;
  readonly needsBytes: number;
  readonly enough: boolean;
}

/** The least that makes enough room: the largest logs first, the journal only where they do not do. */
export function cleanUp(
  filesystem: Filesystem,
  o: { readonly consumers: readonly Consumer[]; readonly mark: number },
): CleanUp {
  const { usedBytes, availableBytes, mount } = filesystem;
  const total = usedBytes + availableBytes;
  const needsBytes = Math.max(0, Math.ceil(usedBytes - (o.mark - BELOW_MARK) * total));
  const here = o.consumers.filter((c) => c.mount === mount && c.bytes >= LEAST_BYTES);
  const logs: Consumer[] = [];
  let freesBytes = 0;
  for (const log of here.filter((c) => c.kind === 'container-log').sort((a, b) => b.bytes - a.bytes)) {
    if (freesBytes >= needsBytes) break;
    logs.push(log);
    freesBytes += log.bytes;
  }
  const journalBytes = here.filter((c) => c.kind === 'journal').reduce((sum, c) => sum + c.bytes, 0);
  const keepBytes = Math.ceil(journalBytes * JOURNAL_KEEPS);
  const journal =
    freesBytes < needsBytes && journalBytes > 0 ? { bytes: journalBytes, keepBytes } : undefined;
  if (journal) freesBytes += journal.bytes - journal.keepBytes;
  return { logs, journal, freesBytes, needsBytes, enough: freesBytes >= needsBytes };
}

/** What a person does about what is not cleaned up here. */
export function byHand(consumer: Consumer): string {
  const { kind, path, bytes, pod, process } = consumer;
  const size = mebibytes(bytes);
  switch (kind) {
    case 'deleted-file':
      return `${size} in ${path}, deleted and still open: it is freed when ${process?.name} (pid ${process?.pid}) is restarted`;
    case 'empty-dir':
      return `${size} in an emptyDir of the pod with UID ${pod?.uid} (${path}): it is freed when the pod is deleted, with what is in it`;
    case 'images':
      return `${size} of images and container layers: the kubelet removes what is unused above its imageGCHighThresholdPercent; by hand: crictl rmi --prune`;
    case 'container-log':
      return `${size} in the log of ${pod?.namespace}/${pod?.name}`;
    case 'journal':
      return `${size} of journal in ${path}`;
  }
}

/** `/var/log/pods: 93 % of 30 MiB`. */
export const inWords = (f: Filesystem): string =>
  `${f.mount}: ${Math.round(usedOf(f) * 100)} % of ${mebibytes(f.usedBytes + f.availableBytes)}${f.inodesUsed > 0.5 ? `, ${Math.round(f.inodesUsed * 100)} % of its inodes` : ''}`;
