import { expect, test } from '@jest/globals';
import type { Revision } from '../../../activities/kubernetes/contract.ts';
import { judgeRelease } from '../../../runbooks/analysis/judge-release.ts';
import { pod, sick } from '../pod.ts';

const NOW = new Date('2026-11-21T02:47:00Z');
const revision = (number: number, o: Partial<Revision> = {}): Revision => ({
  revision: number,
  name: `shop-${number}`,
  uid: `rs-${number}`,
  templateHash: `hash-${number}`,
  created: '2026-11-21T02:45:00Z',
  changeCause: null,
  images: [],
  replicas: null,
  ready: null,
  current: false,
  ...o,
});
const TWO = [revision(1), revision(2, { current: true })];
const judge = (pods: Parameters<typeof judgeRelease>[0]['pods'], revisions: readonly Revision[] = TWO) =>
  judgeRelease({ pods, revisions, now: NOW });

test('all new pods sick, all old ones well: the release', () => {
  const release = judge([pod('a'), pod('b'), sick('c', { revision: 2 })]);
  expect(release).toMatchObject({ fault: 'release', current: { revision: 2 }, previous: { revision: 1 } });
  expect(release.because).toBe('All 1 pods of revision 2 are sick, and all 2 of older revisions are well.');
});

test('the newest revision before it is the one to go back to, whatever their order', () => {
  const revisions = [revision(3), revision(5, { current: true }), revision(1), revision(4)];
  expect(judge([pod('a', { revision: 4 }), sick('c', { revision: 5 })], revisions)).toMatchObject({
    previous: { revision: 4 },
  });
});

test.each([
  ['old pods are sick too', [sick('a'), sick('b', { revision: 2 })], 'elsewhere', /sick alike/],
  ['only old pods are sick', [sick('a'), pod('b', { revision: 2 })], 'elsewhere', /Pods of older revisions/],
  [
    'some new pods are well',
    [sick('a', { revision: 2 }), pod('b', { revision: 2 })],
    'undecided',
    /1 pods of revision 2 are well and 1 are not/,
  ],
  ['nobody is sick', [pod('a'), pod('b', { revision: 2 })], 'nothing', /No pod of revision 2 is sick/],
  [
    'new pods only start',
    [pod('a'), pod('b', { revision: 2, condition: 'starting' })],
    'undecided',
    /nothing to judge it by/,
  ],
  [
    'a crash of yesterday is no sign of when it began',
    [sick('b', { revision: 2, crashedAt: '2026-11-20T02:46:00Z' })],
    'undecided',
    /when the trouble began is not known/,
  ],
  [
    'no old pod is left, and it began before the release',
    [sick('b', { revision: 2, crashedAt: '2026-11-21T02:44:00Z' })],
    'elsewhere',
    /60 s before that revision/,
  ],
  [
    'no old pod is left, and it began after the release',
    [sick('b', { revision: 2, crashedAt: '2026-11-21T02:46:00Z' })],
    'release',
    /60 s after that revision/,
  ],
] as const)('%s', (_, pods, fault, because) => {
  const release = judge(pods);
  expect(release.fault).toBe(fault);
  expect(release.because).toMatch(because);
});

test('the first revision has nothing before it, and a template without a ReplicaSet is not judged', () => {
  expect(judge([sick('a', { revision: 2 })], [revision(2, { current: true })])).toMatchObject({
    fault: 'undecided',
    because: 'There is no revision before 2 to go back to.',
  });
  expect(judge([sick('a')], [revision(1)])).toMatchObject({ fault: 'undecided' });
});
