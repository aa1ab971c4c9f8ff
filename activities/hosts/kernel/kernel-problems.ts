/** Which lines of the kernel's log matter at night, by how the kernel words them (5.x and 6.x). */
import type { KERNEL_PROBLEMS } from '../contract/kernel-messages.ts';

type Kind = (typeof KERNEL_PROBLEMS)[number];

/** In order: the first that matches counts. The first group, where there is one, is what the message is about. */
const PATTERNS: readonly (readonly [Kind, RegExp])[] = [
  ['oom-kill', /(?:^|: )Killed process \d+ \((.*?)\)/],
  ['conntrack', /nf_conntrack: .*table full, dropping packet/],
  ['filesystem', /^\S+-fs error \((?:device )?([^)]+)\)/],
  [
    'filesystem',
    /^(?:EXT[234]-fs|XFS|BTRFS|F2FS-fs)[^(]*\(([^)]+)\).*(?:error|corrupt|shut ?down|read-only|aborted)/i,
  ],
  ['filesystem', /Remounting filesystem read-only/],
  ['disk', /(?:blk_update_request: )?(?:I\/O|critical medium|critical target) error, dev (\S+?),/],
  ['disk', /Buffer I\/O error on (?:dev |device )?([^\s,]+)/],
  ['disk', /^nvme (nvme\S+?): .*(?:timeout|controller is down|resetting controller|I\/O error)/i],
  ['disk', /^(ata[\d.]+): .*(?:failed command|exception Emask|hard resetting link)/],
  ['disk', /^(sd \S+): .*(?:Medium Error|Hardware Error|rejecting I\/O to offline device)/],
  ['link', /(?:^|[\s:])([\w.@-]+): (?:NIC )?[Ll]ink (?:is |becomes )?(?:[Uu]p|[Dd]own|ready)/],
  ['link', /port \d+\((\S+)\) entered (?:disabled|forwarding) state/],
  ['link', /([\w.@-]+): NETDEV WATCHDOG|NETDEV WATCHDOG: (?:CPU: \d+: )?([\w.@-]+)/],
  ['hung-task', /task (\S+?):\d+ blocked for more than \d+ seconds/],
  ['hung-task', /(?:soft|hard) lockup|rcu\S* .*(?:self-detected stall|detected stalls)/i],
  [
    'hardware',
    /(?:Machine check|mce: \[Hardware Error\]|\[Hardware Error\]|EDAC \S+: \d+ [CU]E|temperature above threshold)/,
  ],
  ['crash', /^(\S+?)\[\d+\]: segfault at|traps: (\S+?)\[\d+\] (?:general protection|trap)/],
  ['crash', /^(?:BUG:|kernel BUG at|Oops|Kernel panic|general protection fault)/],
];

export interface Problem {
  readonly kind: Kind;
  readonly about: string | null;
}

export function problemOf(message: string): Problem | undefined {
  for (const [kind, pattern] of PATTERNS) {
    const found = pattern.exec(message);
    if (found) return { kind, about: found[1] ?? found[2] ?? null };
  }
  return undefined;
}
