/** What somebody reads above a button that approves: all that the plan's hash covers, and nothing that hides. */
import { expect, test } from '@jest/globals';
import { answeringOf } from '../../../gateway/telling/answering.ts';
import { questionFor } from '../question.ts';

type Plan = NonNullable<ReturnType<typeof questionFor>['plan']>;
type Change = Plan['changes'][number];

const cordon: Change = {
  ...{ step: 'kubernetes.cordonNode', version: 1, input: {}, target: 'node/n1', summary: 'Cordon n1' },
  ...{ risk: 'reversible', preconditions: { uid: '7a0c' }, preimage: {}, dryRun: 'server' },
  diff: [{ path: 'spec.unschedulable', before: null, after: true }],
  warnings: ['2 of 3 nodes are left'],
  undo: {
    ...{ step: 'kubernetes.uncordonNode', version: 1, input: {}, target: 'node/n1', risk: 'reversible' },
    ...{ summary: 'Uncordon n1', preconditions: {}, diff: [] },
    once: { step: 'hosts.reachable', input: { host: 'n1' }, maxAge: '1m' },
  },
};
const restart: Change = {
  ...{
    step: 'hosts.restartUnit',
    version: 1,
    input: {},
    target: 'unit/n1/kubelet',
    summary: 'Restart kubelet',
  },
  ...{ risk: 'disruptive', preconditions: {}, preimage: {}, dryRun: 'none', warnings: [] },
  diff: [{ path: 'unit', before: null, after: null }],
};
const uncordon: Change = {
  ...cordon,
  ...{ step: 'kubernetes.uncordonNode', summary: 'Uncordon n1', dryRun: 'derived', warnings: [] },
  ...{ undo: undefined, diff: [{ path: 'spec.unschedulable', before: true, after: null }] },
  once: { step: 'hosts.kubeProxySynced', input: { host: 'n1' }, maxAge: '30s' },
};

const shownOf = (plan: Partial<Plan>) =>
  answeringOf('sick/shop/1', questionFor({ plan: { ...questionFor({}).plan!, ...plan } }));

test('conditions, undo, how it was found, and that a put-back comes later: as a terminal shows them', () => {
  expect(shownOf({ changes: [cordon, restart], putBacks: [uncordon] })).toMatchObject({
    whole: true,
    diff: [
      'Cordon n1 (node/n1, reversible)',
      '  + spec.unschedulable: true',
      '  ! 2 of 3 nodes are left',
      '  · kubernetes.cordonNode; the server tried it out (dry run)',
      '  · only while uid=7a0c',
      '  ↶ undo: Uncordon n1',
      '  ? only once this check has passed, at most 1m before: hosts.reachable host=n1',
      'Restart kubelet (unit/n1/kubelet, disruptive)',
      '    unit: (absent)',
      '  · hosts.restartUnit; found by reading only: there is no dry run for this',
      '  ↶ there is no undo for this',
      'later, under this same approval: Uncordon n1 (node/n1, reversible)',
      '  - spec.unschedulable: true',
      '  · kubernetes.uncordonNode; worked out from the changes before it',
      '  · only while uid=7a0c',
      '  ? only once this check has passed, at most 30s before: hosts.kubeProxySynced host=n1',
    ],
  });
});

test('a plan of put-backs alone says that they are done now', () => {
  expect(shownOf({ putBacks: [uncordon] }).diff[0]).toBe('put back now: Uncordon n1 (node/n1, reversible)');
});

test('what takes no room, turns a line around or breaks it is shown by its number', () => {
  const hidden = ['\u00ad', '\u061c', '\u2060', '\u202e', '\u{e0041}', '\n', '\u2028', '\u0007', '\ufeff'];
  for (const character of hidden) {
    const { diff } = shownOf({
      changes: [
        {
          ...cordon,
          summary: `Cordon n${character}1`,
          warnings: [`left${character}over`],
          diff: [
            { path: `a${character}b`, before: `x${character}y`, after: { [`k${character}`]: character } },
          ],
        },
      ],
    });
    const text = diff.join('');
    expect({ character, hides: text.includes(character) }).toEqual({ character, hides: false });
    expect(diff[0]).toMatch(/^Cordon n\\[nu][0-9a-f]*1 /);
    expect(diff).toHaveLength(8);
  }
});

test('what is too much for a message is said not to be whole', () => {
  expect(shownOf({ changes: [{ ...cordon, warnings: ['w'.repeat(700)] }] }).whole).toBe(false);
  expect(shownOf({ changes: Array.from({ length: 20 }, () => cordon) }).whole).toBe(false);
});
