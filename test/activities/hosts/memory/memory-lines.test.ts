import { expect, test } from '@jest/globals';
import { memoryLines, unitMemory } from '../../../../activities/hosts/memory/memory-lines.ts';
import { sample } from '../sample.ts';

test('a host that swaps and waits', () => {
  const { lines } = sample('memory-ubuntu-24-cgroup-v2.by-hand.txt');
  expect(memoryLines(lines)).toMatchObject({
    processors: 4,
    load: [18.5, 12.1, 6.02],
    totalBytes: 16_265_728 * 1024,
    availableBytes: 512_000 * 1024,
    swapFreeBytes: 0,
    kernelBytes: 400_000 * 1024,
    oomKillsSinceBoot: 3,
    pressure: {
      cpu: { some: { avg10: 12.5 }, full: null },
      memory: { some: { avg60: 40 }, full: { avg10: 35.9, avg60: 22, avg300: 7.1 } },
    },
  });
  expect(unitMemory(lines, 'app.service')).toMatchObject({
    currentBytes: 268_435_456,
    maxBytes: 268_435_456,
    highBytes: null,
    oomKills: 3,
    anonymousBytes: 250_000_000,
    fileBytes: 4_096_000,
    pressure: { full: { avg10: 75 } },
  });
});

test('the first version of cgroups: the same facts under other names', () => {
  const { lines } = sample('memory-debian-12-cgroup-v1.txt');
  const unit = unitMemory(lines, 'kube-proxy.service')!;
  expect(unit).toMatchObject({ maxBytes: 134_217_728, highBytes: null, oomKills: 0, pressure: null });
  expect(unit.anonymousBytes).toBeGreaterThan(1_000_000);
  expect(unit.peakBytes).toBeGreaterThanOrEqual(unit.currentBytes!);
});

test('a kernel that keeps no pressure, and a unit that does not run', () => {
  const { lines } = sample('memory-rhel-8-without-psi.by-hand.txt');
  expect(memoryLines(lines).pressure).toEqual({ cpu: null, memory: null, io: null });
  expect(unitMemory(lines, 'app.service')).toBeNull();
});

test('SUSE: no pressure is kept, and the first version of cgroups counts its kills', () => {
  const { lines } = sample('memory-suse-15.by-hand.txt');
  expect(memoryLines(lines)).toMatchObject({
    swapTotalBytes: 0,
    pressure: { io: null },
    oomKillsSinceBoot: 0,
  });
  expect(unitMemory(lines, 'app.service')).toMatchObject({
    ...{ maxBytes: null, fileBytes: 536_870_912, anonymousBytes: 500_000_000, oomKills: 2 },
  });
});

test('Alpine: the kernel says all that it says elsewhere', () => {
  const { lines } = sample('memory-alpine-3.by-hand.txt');
  expect(memoryLines(lines)).toMatchObject({
    ...{ processors: 2, load: [0, 0.01, 0.05], oomKillsSinceBoot: 1 },
    pressure: { io: { some: { avg10: 1.25 }, full: { avg10: 1 } } },
  });
  expect(unitMemory(lines, 'app.service')).toBeNull();
});
