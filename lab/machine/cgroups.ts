import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listMounts, type Mount } from './mounts.ts';

/** One cgroup hierarchy of the machine: a version 1 hierarchy with its controllers, or the version 2 tree. */
export interface Hierarchy {
  readonly mount: string;
  readonly version: 1 | 2;
  /** The option with which it is mounted again inside a node: `memory`, `cpu,cpuacct`, `none,name=systemd`. */
  readonly option: string;
}

const CONTROLLERS = [
  'cpu',
  'cpuacct',
  'cpuset',
  'memory',
  'devices',
  'freezer',
  'blkio',
  'pids',
  'perf_event',
  'net_cls',
  'net_prio',
  'hugetlb',
  'rdma',
  'misc',
];

export function hierarchies(mounts: readonly Mount[] = listMounts()): Hierarchy[] {
  const seen = new Map<string, Hierarchy>();
  for (const mount of mounts) {
    if (mount.type === 'cgroup2') seen.set('2', { mount: mount.point, version: 2, option: '' });
    if (mount.type !== 'cgroup') continue;
    const named = mount.superOptions.find((option) => option.startsWith('name='));
    const option = named
      ? `none,${named}`
      : mount.superOptions.filter((name) => CONTROLLERS.includes(name)).join(',');
    if (option) seen.set(option, { mount: mount.point, version: 1, option });
  }
  return [...seen.values()];
}

/** True where version 2 is the only tree, so that it carries the controllers. */
export function isUnifiedOnly(trees: readonly Hierarchy[]): boolean {
  return trees.length > 0 && trees.every(({ version }) => version === 2);
}

/**
 * Makes a cgroup in every hierarchy, `unified` beside version 1 included: nodes that share one version 2
 * tree have systemds that fight over it. Returns the directories a process has to join.
 */
export function makeCgroup(path: string, trees: readonly Hierarchy[] = hierarchies()): string[] {
  return trees.map((tree) => {
    let directory = tree.mount;
    for (const part of path.split('/')) {
      if (isUnifiedOnly(trees)) enableControllers(directory);
      directory = join(directory, part);
      mkdirSync(directory, { recursive: true });
      if (tree.version === 1 && tree.option.split(',').includes('cpuset')) inheritCpuset(directory);
    }
    return directory;
  });
}

/** A version 1 cpuset is born empty, and no process can join it before it has CPUs and memory nodes. */
function inheritCpuset(directory: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    if (readFileSync(join(directory, file), 'utf8').trim() === '') {
      writeFileSync(join(directory, file), readFileSync(join(directory, '..', file)));
    }
  }
}

function enableControllers(directory: string): void {
  const available = readFileSync(join(directory, 'cgroup.controllers'), 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean);
  for (const controller of available) {
    try {
      writeFileSync(join(directory, 'cgroup.subtree_control'), `+${controller}`);
    } catch {
      // A controller that cannot be delegated here (a real-time cpu policy, for one) is missing in the node too.
    }
  }
}

/** The directories of this cgroup that exist, one a hierarchy. */
export function cgroupDirectories(path: string): string[] {
  return hierarchies()
    .map(({ mount }) => join(mount, path))
    .filter((directory) => existsSync(directory));
}

/** Pids of every process in this cgroup or below it, in whatever hierarchy. */
export function processesIn(path: string): number[] {
  const pids = new Set<number>();
  const collect = (directory: string): void => {
    for (const pid of readProcs(directory)) pids.add(pid);
    for (const child of subdirectories(directory)) collect(child);
  };
  cgroupDirectories(path).forEach(collect);
  return [...pids];
}

/** Removes this cgroup and all below it; cgroups that still have processes stay. */
export function removeCgroup(path: string): void {
  const remove = (directory: string): void => {
    subdirectories(directory).forEach(remove);
    try {
      rmdirSync(directory);
    } catch {
      // Still in use, or gone meanwhile: leftBehind() tells which.
    }
  };
  cgroupDirectories(path).forEach(remove);
}

/** Memory that the processes of this cgroup use now, caches included, in bytes; undefined where nothing counts it. */
export function memoryUsage(path: string): number | undefined {
  for (const directory of cgroupDirectories(path)) {
    for (const file of ['memory.usage_in_bytes', 'memory.current']) {
      if (existsSync(join(directory, file))) return Number(readFileSync(join(directory, file), 'utf8'));
    }
  }
  return undefined;
}

function readProcs(directory: string): number[] {
  try {
    return readFileSync(join(directory, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function subdirectories(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(directory, entry.name));
  } catch {
    return [];
  }
}
