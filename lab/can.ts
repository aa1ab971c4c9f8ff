import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { hierarchies, isUnifiedOnly } from './machine/cgroups.ts';

/** What this machine can do for a lab. */
export interface Capability {
  readonly possible: boolean;
  /** Each with what to do about it. */
  readonly missing: readonly string[];
  /** Debian packages that would bring the missing programs. */
  readonly packages: readonly string[];
  /** True but worth knowing: how far this kind of machine was tested. */
  readonly notes: readonly string[];
  /** What works on this machine although the lab does not. */
  readonly without: string;
}

const WITHOUT =
  'Everything but the lab works here: runbooks, worker, gateway and record, against a cluster of yours (`npm start -- --context NAME`).';

/** This machine cannot run a lab. */
export class LabImpossible extends Error {
  override readonly name = 'LabImpossible';
}

/** The error that says what is missing and what works all the same. */
export function impossible(missing: readonly string[]): LabImpossible {
  return new LabImpossible(
    `the lab cannot run on this machine. Missing:\n  ${missing.join('\n  ')}\n${WITHOUT}`,
  );
}

/** Programs that a lab needs and the Debian packages that have them. */
const PROGRAMS: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  sshd: 'openssh-server',
  'ssh-keygen': 'openssh-client',
  busybox: 'busybox-static',
  strace: 'strace',
  pip3: 'python3-pip',
  ip: 'iproute2',
  nft: 'nftables',
  conntrack: 'conntrack',
  sudo: 'sudo',
  openssl: 'openssl',
  nsenter: 'util-linux',
  systemctl: 'systemd',
  'dbus-daemon': 'dbus',
  prometheus: 'prometheus',
  'prometheus-alertmanager': 'prometheus-alertmanager',
};
const FILES: Readonly<Record<string, string>> = {
  '/usr/lib/cni/ptp': 'containernetworking-plugins',
  '/lib/systemd/systemd': 'systemd',
  '/usr/bin/python3': 'python3',
};

/** The Debian packages of a lab. */
export const LAB_PACKAGES = [...new Set([...Object.values(PROGRAMS), ...Object.values(FILES)])].sort();

export function can(): Capability {
  const system = systemProblems();
  const programs = Object.entries(PROGRAMS).filter(([program]) => !onPath(program));
  const files = Object.entries(FILES).filter(([file]) => !exists(file));
  const packages = [...new Set([...programs, ...files].map(([, name]) => name))].sort();
  const install =
    packages.length > 0
      ? [`these Debian packages: ${packages.join(' ')} (\`apt-get install ${packages.join(' ')}\`)`]
      : [];
  const missing = [...system, ...install];
  return {
    possible: missing.length === 0,
    missing,
    packages,
    notes: system.length === 0 ? cgroupNotes() : [],
    without: WITHOUT,
  };
}

function systemProblems(): string[] {
  if (process.platform !== 'linux')
    return [`Linux: this is ${process.platform}, and the lab's nodes are Linux namespaces`];
  const problems: string[] = [];
  if (process.getuid?.() !== 0)
    problems.push('root: namespaces, mounts and cgroups are made by root (run it with sudo)');
  else if (!hasCapability(21))
    problems.push(
      'CAP_SYS_ADMIN: this root may not make mounts and namespaces (a container without --privileged?)',
    );
  if (!readFileSync('/proc/filesystems', 'utf8').includes('\toverlay'))
    problems.push('overlayfs: the kernel has no overlay file system (`modprobe overlay`)');
  if (hierarchies().length === 0) problems.push('cgroups: none are mounted');
  return problems;
}

function cgroupNotes(): string[] {
  return isUnifiedOnly(hierarchies())
    ? [
        'this machine has only the version 2 cgroup tree; the lab was written for it but tested on version 1 hierarchies',
      ]
    : [];
}

function hasCapability(bit: number): boolean {
  const mask = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return mask !== undefined && (BigInt(`0x${mask}`) >> BigInt(bit)) % 2n === 1n;
}

function onPath(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => exists(join(folder, program), constants.X_OK));
}

function exists(file: string, mode = constants.F_OK): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}
