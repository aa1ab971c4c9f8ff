import { expect, test } from '@jest/globals';
import { lookAtLog } from '../../../../activities/hosts/disk/look-at-log.ts';

const MIB = 1024 * 1024;
const path = '/var/log/pods/shop_cart_uid/app/0.log';
const listed = (inode: number, bytes: number) => ({
  kind: 'container-log' as const,
  mount: '/',
  path: inode === 7 ? path : `/var/log/pods/shop_other-${inode}_uid/app/0.log`,
  bytes,
  inode,
  pod: null,
  container: 'app',
  process: null,
});
const others = (count: number, bytes: number) =>
  Array.from({ length: count }, (_, n) => listed(100 + n, bytes));
const look = (consumers: ReturnType<typeof listed>[], notMeasured: string[] = []) =>
  lookAtLog({ consumers, notMeasured }, { path, inode: 7, leastBytes: 10 * MIB });

test.each([
  ['listed, as large as it was', look([listed(7, 10 * MIB)]), 'large'],
  ['listed, and small', look([listed(7, 9 * MIB)]), 'small-or-gone'],
  ['another file has its name', look([{ ...listed(8, 50 * MIB), path }]), 'small-or-gone'],
  ['not on a list that is whole', look(others(39, 50 * MIB)), 'small-or-gone'],
  ['below the end of a list of larger ones', look(others(40, 50 * MIB)), 'unknown'],
  ['below the end of a list that goes on to smaller ones', look(others(40, MIB)), 'small-or-gone'],
  ['a measure that was ended', look([], ['container-log']), 'unknown'],
  ['one that was ended, which had seen it', look([listed(7, 11 * MIB)], ['container-log']), 'large'],
])('%s', (_, found, expected) => {
  expect(found).toBe(expected);
});

test('a log that is too small to be listed was not seen', () => {
  const log = { path, inode: 7, leastBytes: 1024 };
  expect(lookAtLog({ consumers: [], notMeasured: [] }, log)).toBe('unknown');
});
