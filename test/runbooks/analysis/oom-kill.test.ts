import { expect, test } from '@jest/globals';
import type { Pod } from '../../../activities/kubernetes/contract.ts';
import { bytesOf, newLimit, oomKilled } from '../../../runbooks/analysis/oom-kill.ts';
import { pod } from '../pod.ts';

const MiB = 1024 * 1024;
const ended = (name: string, reason: string, lived = 60): Pod => {
  const made = pod(name, { condition: 'sick', restarts: 2 });
  const end = {
    reason,
    exitCode: 137,
    startedAt: '2026-11-21T02:40:00Z',
    finishedAt: new Date(Date.parse('2026-11-21T02:40:00Z') + lived * 1_000).toISOString(),
  };
  return { ...made, containers: made.containers.map((c) => ({ ...c, lastTermination: end })) };
};

test('the container that was killed, with the longest life that ended so', () => {
  expect(oomKilled([ended('a', 'OOMKilled', 30), ended('b', 'OOMKilled', 90), pod('c')])).toMatchObject({
    container: 'main',
    pods: [{ name: 'a' }, { name: 'b' }],
    spared: 1,
    lived: 90,
  });
});

test('exit code 137 alone is a kill by somebody, not by the memory limit', () => {
  expect(oomKilled([ended('a', 'Error'), pod('b')])).toBeUndefined();
  expect(oomKilled([])).toBeUndefined();
});

test('of two containers the one that was killed in more pods', () => {
  const withSidecar = (p: Pod): Pod => ({
    ...p,
    containers: [...p.containers, { ...p.containers[0]!, name: 'proxy', kind: 'sidecar' }],
  });
  const proxyOnly = ended('c', 'OOMKilled');
  expect(
    oomKilled([
      withSidecar(ended('a', 'OOMKilled')),
      { ...proxyOnly, containers: proxyOnly.containers.map((c) => ({ ...c, name: 'proxy' })) },
    ])?.container,
  ).toBe('proxy');
});

test.each([
  ['64Mi', 64 * MiB],
  ['1G', 1e9],
  ['1.5Gi', 1.5 * 1024 * MiB],
  ['128974848', 128_974_848],
  ['100k', 100_000],
  ['128974848000m', undefined],
  ['lots', undefined],
  [undefined, undefined],
])('%s is %s bytes', (quantity, bytes) => expect(bytesOf(quantity)).toBe(bytes));

test.each([
  [
    'nothing measured: twice the limit',
    undefined,
    '128Mi',
    /Nobody measured how much; twice the limit is 128Mi/,
  ],
  [
    'measured below the limit: the kill says more',
    50 * MiB,
    '128Mi',
    /50 MiB is the most that was measured before a kill/,
  ],
  ['measured above it: half as much again, in steps of 32Mi', 100 * MiB, '160Mi', /100 MiB were measured/],
])('%s', (_, peakBytes, memory, reasoning) => {
  const limit = newLimit({ limitBytes: 64 * MiB, peakBytes });
  expect(limit.memory).toBe(memory);
  expect(limit.reasoning).toMatch(reasoning);
});
