import { expect, test } from '@jest/globals';
import { problemOf } from '../../../../activities/hosts/kernel/kernel-problems.ts';

/** Lines as kernels 5.14 to 6.8 word them. */
const LINES: readonly (readonly [message: string, kind: string | undefined, about?: string | null])[] = [
  [
    'Memory cgroup out of memory: Killed process 4711 (kube-proxy) total-vm:1310720kB, anon-rss:18432kB',
    'oom-kill',
    'kube-proxy',
  ],
  ['Out of memory: Killed process 99 (a (b) c) total-vm:1kB', 'oom-kill', 'a (b'],
  ['e1000e 0000:00:1f.6 eno1: NIC Link is Down', 'link', 'eno1'],
  ['mlx5_core 0000:5e:00.0 ens1f0: Link up', 'link', 'ens1f0'],
  ['IPv6: ADDRCONF(NETDEV_CHANGE): eth0: link becomes ready', 'link', 'eth0'],
  ['br0: port 1(veth12) entered disabled state', 'link', 'veth12'],
  ['br0: port 1(veth12) entered blocking state', undefined],
  ['NETDEV WATCHDOG: eth2 (igb): transmit queue 1 timed out', 'link', 'eth2'],
  ['blk_update_request: I/O error, dev sda, sector 123 op 0x0:(READ)', 'disk', 'sda'],
  ['critical medium error, dev nvme0n1, sector 5', 'disk', 'nvme0n1'],
  ['Buffer I/O error on dev dm-3, logical block 9, lost async page write', 'disk', 'dm-3'],
  ['nvme nvme0: I/O 12 QID 3 timeout, aborting', 'disk', 'nvme0'],
  ['ata1.00: failed command: READ FPDMA QUEUED', 'disk', 'ata1.00'],
  [
    'EXT4-fs error (device sda1): ext4_find_entry:1455: inode #2: comm ls: reading directory',
    'filesystem',
    'sda1',
  ],
  ['EXT4-fs (sda1): Remounting filesystem read-only', 'filesystem', 'sda1'],
  ['EXT4-fs (sda1): mounted filesystem with ordered data mode', undefined],
  ['XFS (dm-0): Corruption detected. Unmount and run xfs_repair', 'filesystem', 'dm-0'],
  ['INFO: task jbd2/sda1-8:312 blocked for more than 120 seconds.', 'hung-task', 'jbd2/sda1-8'],
  ['watchdog: BUG: soft lockup - CPU#3 stuck for 22s! [java:4711]', 'hung-task'],
  ['nf_conntrack: nf_conntrack: table full, dropping packet', 'conntrack'],
  ['mce: [Hardware Error]: Machine check events logged', 'hardware'],
  ['app[4711]: segfault at 0 ip 0000 sp 0000 error 4 in libc.so', 'crash', 'app'],
  ['BUG: kernel NULL pointer dereference, address: 0000000000000000', 'crash'],
  ['device veth12 entered promiscuous mode', undefined],
  ['Linux version 6.1.0-18-amd64', undefined],
];

test('what matters is told from what does not, with what it is about', () => {
  for (const [message, kind, about = null] of LINES) {
    expect([message, problemOf(message)]).toEqual([
      message,
      kind === undefined ? undefined : { kind, about },
    ]);
  }
});
