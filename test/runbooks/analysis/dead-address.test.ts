import { expect, test } from '@jest/globals';
import { broughtIn, deadAddress, hostOf } from '../../../runbooks/analysis/dead-address.ts';
import { connects, databaseChanged } from '../connects.ts';

test('the first that was never reached; a local socket that is not there is none', () => {
  const socket = { to: 'unix:/run/nscd', tries: 9, connected: 0, failed: { ENOENT: 9 } };
  expect(deadAddress([socket, ...connects.peers])?.to).toBe('10.96.45.21:5432');
  expect(deadAddress([socket])).toBeUndefined();
});

test('the host of an address of either kind', () => {
  expect([hostOf('10.0.0.1:80'), hostOf('[fd00::1]:443')]).toEqual(['10.0.0.1', 'fd00::1']);
});

test('the variable whose new value names it, and not one that names a longer address', () => {
  const changed = (before: string | null, after: string) =>
    broughtIn([databaseChanged(before, after)], '10.0.0.1:5432')?.before;
  expect(changed('db:5432', 'postgres://10.0.0.1:5432/shop')).toBe('db:5432');
  expect(changed('db', '10.0.0.12')).toBeUndefined();
  expect(changed('db', '110.0.0.1')).toBeUndefined();
  expect(changed('10.0.0.1:1', '10.0.0.1:2')).toBeUndefined();
  expect(changed(null, '10.0.0.1')).toBeUndefined();
});

test('a value with a hidden password or a cut end is not to be set again as it is shown', () => {
  const isWhole = (before: string) =>
    broughtIn([databaseChanged(before, '10.0.0.1')], '10.0.0.1:5432')?.isWhole;
  expect(isWhole('postgres://shop@db:5432/shop')).toBe(true);
  expect(isWhole('postgres://shop:***@db:5432/shop')).toBe(false);
  expect(isWhole('(hidden, sha256 0123456789ab)')).toBe(false);
  expect(isWhole('d'.repeat(200))).toBe(false);
  expect(isWhole('db, and the rest…')).toBe(false);
});
