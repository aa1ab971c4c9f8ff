import { z } from 'zod';
import { change, read } from '../../kit/index.ts';
import { HostName, Time } from './names.ts';

const Size = z.number().int().nonnegative();

/** A container's log as the kubelet names it: NAMESPACE_POD_UID/CONTAINER/COUNT.log, and with a time behind it once it was rotated. */
const LogPath = z
  .string()
  .regex(
    /^\/var\/log\/pods\/[A-Za-z0-9._-]+\/[A-Za-z0-9.-]+\/[A-Za-z0-9_-]+\.log(\.[A-Za-z0-9.-]+)?$/,
    'must be the log of a container below /var/log/pods',
  );

export const DiskUsage = z.object({
  host: z.string(),
  hostKey: z.string(),
  hostTime: Time,
  /** Of the host's own disks: without those of servers, of the kernel, of single containers and of /run. */
  filesystems: z.array(
    z.object({
      mount: z.string(),
      type: z.string(),
      sizeBytes: Size,
      usedBytes: Size,
      /** What is left for everybody but root. */
      availableBytes: Size,
      /** Inodes in use, 0 to 1. */
      inodesUsed: z.number().min(0).max(1),
    }),
  ),
  /** What was found that takes room, the largest first; a folder that was not looked at may take more. */
  consumers: z.array(
    z.object({
      kind: z.enum(['container-log', 'journal', 'empty-dir', 'images', 'deleted-file']),
      /** The filesystem that it is on. */
      mount: z.string(),
      path: z.string(),
      bytes: Size,
      /** Of a container's log. */
      inode: z.number().int().nullable(),
      /** Of a log and an emptyDir; the name is not known of an emptyDir. */
      pod: z
        .object({ uid: z.string(), namespace: z.string().nullable(), name: z.string().nullable() })
        .nullable(),
      container: z.string().nullable(),
      /** Who holds a deleted file open. */
      process: z.object({ pid: z.number().int(), name: z.string() }).nullable(),
    }),
  ),
  /** Kinds that could not be measured, or not to the end: what is listed of them may be too little. */
  notMeasured: z.array(z.string()),
});
export type DiskUsage = z.output<typeof DiskUsage>;

const Freed = z.object({ hostTime: z.string(), freedBytes: z.number().int().nullable() });
const Preconditions = z.object({ hostKey: z.string() });

export const diskUsage = read({
  description:
    'Filesystems of a host and what fills them: container logs, journal, emptyDirs, images, files that are deleted and still open.',
  as: 'df; du /var/log/pods /var/log/journal /var/lib/kubelet/pods /var/lib/containerd; lsof +L1',
  input: z.object({ host: HostName }),
  output: DiskUsage,
  timeout: '40s',
  summary: ({ host }) => `what fills the disks of ${host}`,
});

export const truncateLog = change({
  description:
    "Empties one container's log; the container goes on writing it. The lines are gone: nothing brings them back.",
  as: 'truncate -s 0 /var/log/pods/NAMESPACE_POD_UID/CONTAINER/0.log',
  risk: 'irreversible',
  input: z.object({
    host: HostName,
    path: LogPath,
    /** As diskUsage gave it: a log that was rotated since is another file. */
    inode: z.number().int().positive(),
    /** Not emptied when it is smaller by now. */
    leastBytes: Size,
  }),
  output: Freed,
  preconditions: Preconditions,
  preimage: z.object({}),
  target: ({ host }) => `host/${host}`,
  summary: ({ host, path }) => `Empty ${path} on ${host}`,
});

export const vacuumJournal = change({
  description: "Removes the oldest archived files of systemd's journal until it takes no more than this.",
  as: 'journalctl --rotate; journalctl --vacuum-size=200M',
  risk: 'irreversible',
  input: z.object({
    host: HostName,
    keepBytes: z.number().int().positive(),
    /** Nothing is removed when it takes less by now. */
    leastBytes: Size,
  }),
  output: Freed,
  preconditions: Preconditions,
  preimage: z.object({}),
  timeout: '150s',
  target: ({ host }) => `host/${host}`,
  summary: ({ host, keepBytes }) =>
    `Shrink the journal of ${host} to ${Math.round(keepBytes / 1024 / 1024)} MiB`,
});
