/** What the program on the host says of its disks, line by line; every line ends with a path. */
import type { DiskUsage } from '../contract/disk.ts';
import { quotable } from '../program/answer.ts';

type Filesystem = DiskUsage['filesystems'][number];
type Consumer = DiskUsage['consumers'][number];

/** The kernel's own, those of single containers, and memory that is given back at every boot. */
const NOT_A_DISK = /^\/(sys|proc|dev|run)(\/|$)|^\/var\/lib\/kubelet\/pods\//;
/** `/var/log/pods/NAMESPACE_POD_UID/CONTAINER/0.log` */
const LOG = /^\/var\/log\/pods\/([^/_]+)_([^/_]+)_([^/_]+)\/([^/]+)\//;
const EMPTY_DIR = /^\/var\/lib\/kubelet\/pods\/([^/]+)\/volumes\/kubernetes\.io~empty-dir\/[^/]+$/;

export function diskLines(
  lines: readonly string[],
): Pick<DiskUsage, 'filesystems' | 'consumers' | 'notMeasured'> {
  const mounts = lines.flatMap((line) => filesystemOf(line) ?? []);
  const on = (path: string) =>
    mounts
      .filter(({ mount }) => path === mount || path.startsWith(mount === '/' ? '/' : `${mount}/`))
      .sort((a, b) => b.mount.length - a.mount.length)[0]?.mount ?? '/';
  return {
    filesystems: mounts.filter(({ mount }) => !NOT_A_DISK.test(mount)),
    consumers: lines
      .flatMap((line) => consumerOf(line) ?? [])
      .map((c) => ({ ...c, mount: on(c.path) }))
      .filter(({ bytes }) => bytes > 0)
      .sort((a, b) => b.bytes - a.bytes),
    notMeasured: lines.flatMap((line) => /^not-measured (\S+)$/.exec(line)?.[1] ?? []),
  };
}

function filesystemOf(line: string): Filesystem | undefined {
  const match = /^filesystem (\d+) (\d+) (\d+) (\d+|-) (\d+|-) (\S+) (\/.*)$/.exec(line);
  if (!match) return undefined;
  const [, size, used, available, inodes, inodesUsed, type = '', mount = ''] = match;
  return {
    mount: quotable(mount),
    type,
    sizeBytes: Number(size),
    usedBytes: Number(used),
    availableBytes: Number(available),
    inodesUsed: Number(inodes) > 0 ? Math.min(1, Number(inodesUsed) / Number(inodes)) : 0,
  };
}

const OTHER = { inode: null, pod: null, container: null, process: null };

function consumerOf(line: string): Omit<Consumer, 'mount'> | undefined {
  const log = /^container-log (\d+) (\d+) (\/.*)$/.exec(line);
  if (log) {
    const path = quotable(log[3]!);
    const [, namespace, name, uid, container] = LOG.exec(path) ?? [];
    if (!namespace || !name || !uid || !container) return undefined;
    const pod = { namespace, name, uid };
    return {
      ...OTHER,
      kind: 'container-log',
      bytes: Number(log[1]),
      inode: Number(log[2]),
      path,
      pod,
      container,
    };
  }
  const deleted = /^deleted-file (\d+) (\d+) (\S+) (\/.*)$/.exec(line);
  if (deleted) {
    const [, bytes, pid, name = '', path = ''] = deleted;
    const process = { pid: Number(pid), name };
    return { ...OTHER, kind: 'deleted-file', bytes: Number(bytes), path: quotable(path), process };
  }
  const folder = /^(journal|images|empty-dir) (\d+) (\/.*)$/.exec(line);
  if (!folder) return undefined;
  const kind = folder[1] as 'journal' | 'images' | 'empty-dir';
  const path = quotable(folder[3]!);
  const uid = EMPTY_DIR.exec(path)?.[1];
  if (kind === 'empty-dir' && !uid) return undefined;
  const pod = uid ? { uid, namespace: null, name: null } : null;
  return { ...OTHER, kind, bytes: Number(folder[2]), path, pod };
}
