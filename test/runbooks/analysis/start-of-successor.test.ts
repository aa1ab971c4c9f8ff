import { expect, test } from '@jest/globals';
import { startOfSuccessor } from '../../../runbooks/analysis/start-of-successor.ts';
import { pod } from '../pod.ts';

const AT = '2026-11-21T02:50:00Z';
const old = { ...pod('kube-proxy-a'), uid: 'old' };
const made = { ...pod('kube-proxy-b'), uid: 'new' };
const since = (container: object) => ({
  ...made,
  containers: made.containers.map((c) => ({ ...c, ...container })),
});
const look = (...pods: Parameters<typeof startOfSuccessor>[0]) =>
  startOfSuccessor(pods, { of: 'old', container: 'main' });

test('the new pod has begun', () => {
  expect(look(old, since({ startedAt: AT }))).toMatchObject({ verdict: 'pass', startedAt: AT });
});

test('one that was killed already has begun too, when it first did', () => {
  const lastTermination = { reason: 'OOMKilled', exitCode: 137, startedAt: AT };
  const later = '2026-11-21T02:51:00Z';
  expect(look(since({ startedAt: later, lastTermination }))).toMatchObject({
    verdict: 'pass',
    startedAt: AT,
  });
});

for (const [name, pods, reason] of [
  ['the old one is still there', [old], /kube-proxy-a has not been replaced/],
  ['the new one has not started', [made], /kube-proxy-b has not started/],
  [
    'the new one goes already',
    [{ ...since({ startedAt: AT }), condition: 'terminating' as const }],
    /has not been replaced/,
  ],
  ['there is none', [], /there is no pod/],
] as const) {
  test(name, () => {
    expect(look(...pods)).toEqual({ verdict: 'fail', reason: expect.stringMatching(reason) });
  });
}
