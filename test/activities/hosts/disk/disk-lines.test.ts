import { expect, test } from '@jest/globals';
import { diskLines } from '../../../../activities/hosts/disk/disk-lines.ts';
import { sample } from '../sample.ts';

const LOG = '/var/log/pods/shop_cart-5d-x_uid-1/app/0.log';
const said = diskLines([
  'filesystem 1000 900 100 200 50 ext4 /',
  'filesystem 500 400 100 - - xfs /var/log',
  'filesystem 10 0 10 5 1 tmpfs /run',
  'filesystem 10 0 10 5 1 tmpfs /var/lib/kubelet/pods/uid-1/volumes/kubernetes.io~projected/token',
  `container-log 300 134 ${LOG}`,
  'container-log 1 99 /var/log/pods/not-a-pod/0.log',
  'journal 80 /var/log/journal',
  'journal 0 /run/log/journal',
  'empty-dir 120 /var/lib/kubelet/pods/uid-2/volumes/kubernetes.io~empty-dir/cache',
  'empty-dir 130 /var/lib/kubelet/pods/uid-2/volumes',
  'deleted-file 200 4711 java /tmp/spool file.dat',
  'not-measured images',
]);

test('filesystems, without those of the kernel and of single volumes; one without inodes has none in use', () => {
  expect(said.filesystems).toEqual([
    { mount: '/', type: 'ext4', sizeBytes: 1000, usedBytes: 900, availableBytes: 100, inodesUsed: 0.25 },
    { mount: '/var/log', type: 'xfs', sizeBytes: 500, usedBytes: 400, availableBytes: 100, inodesUsed: 0 },
  ]);
});

test('what takes room, the largest first, each on its filesystem', () => {
  expect(said.consumers.map((c) => [c.kind, c.bytes, c.mount])).toEqual([
    ['container-log', 300, '/var/log'],
    ['deleted-file', 200, '/'],
    ['empty-dir', 120, '/'],
    ['journal', 80, '/var/log'],
  ]);
});

test('a log is told whose it is, a deleted file who holds it', () => {
  expect(said.consumers[0]).toMatchObject({
    path: LOG,
    inode: 134,
    pod: { namespace: 'shop', name: 'cart-5d-x', uid: 'uid-1' },
    container: 'app',
  });
  expect(said.consumers[1]).toMatchObject({
    path: '/tmp/spool file.dat',
    process: { pid: 4711, name: 'java' },
  });
});

test('what took too long is named, not taken for nothing', () => {
  expect(said.notMeasured).toEqual(['images']);
});

test('btrfs has no inodes to run out of, and shows one disk under each of its subvolumes (SUSE 15, written by hand)', () => {
  const { filesystems } = diskLines(sample('disk-suse-15-btrfs.by-hand.txt').lines);
  expect(filesystems.map(({ mount, type, inodesUsed }) => [mount, type, inodesUsed])).toEqual([
    ['/', 'btrfs', 0],
    ['/var', 'btrfs', 0],
    ['/boot/efi', 'vfat', 0],
  ]);
});
