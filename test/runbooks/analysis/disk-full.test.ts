import { expect, test } from '@jest/globals';
import { byHand, cleanUp, fullest, inWords } from '../../../runbooks/analysis/disk-full.ts';
import { consumer, filesystem, journal } from '../disk.ts';

const MiB = 1024 * 1024;
const full = filesystem('/var', 95);
const clean = (...consumers: ReturnType<typeof consumer>[]) => cleanUp(full, { consumers, mark: 0.85 });

test('the fullest at or above the mark, by bytes or by inodes', () => {
  const small = filesystem('/var', 40, { inodesUsed: 0.99 });
  expect(fullest([filesystem('/', 86), full], 0.85)?.mount).toBe('/var');
  expect(fullest([filesystem('/', 86), small], 0.85)?.mount).toBe('/var');
  expect(fullest([filesystem('/', 84)], 0.85)).toBeUndefined();
  expect(inWords(small)).toBe('/var: 40 % of 100 MiB, 99 % of its inodes');
});

test('the largest logs, as many as are needed to come a tenth below the mark', () => {
  const {
    logs,
    journal: touched,
    enough,
    needsBytes,
  } = clean(consumer(5), consumer(15), consumer(8), journal(30));
  expect(logs.map((l) => l.bytes / MiB)).toEqual([15, 8]);
  expect([touched, enough, Math.round(needsBytes / MiB)]).toEqual([undefined, true, 20]);
});

test('the journal only where logs do not do, and a quarter of it stays', () => {
  expect(clean(consumer(5), journal(40))).toMatchObject({
    logs: [{ bytes: 5 * MiB }],
    journal: { bytes: 40 * MiB, keepBytes: 10 * MiB },
    freesBytes: 35 * MiB,
    enough: true,
  });
});

test('what is on another disk, or belongs to a pod, an image or a process, is not taken', () => {
  const other = consumer(50, { mount: '/' });
  const emptyDir = consumer(50, { kind: 'empty-dir' });
  expect(clean(other, emptyDir, consumer(0.5))).toMatchObject({
    logs: [],
    journal: undefined,
    enough: false,
  });
});

test.each([
  [
    consumer(3, { kind: 'deleted-file', process: { pid: 7, name: 'java' } }),
    /when java \(pid 7\) is restarted/,
  ],
  [consumer(3, { kind: 'empty-dir' }), /emptyDir of the pod with UID uid .* with what is in it/],
  [consumer(3, { kind: 'images' }), /imageGCHighThresholdPercent.*crictl rmi --prune/],
])('%# by hand', (taken, words) => expect(byHand(taken)).toMatch(words));
