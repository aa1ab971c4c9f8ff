import { expect, test } from '@jest/globals';
import type { Pod } from '../../../activities/kubernetes/contract.ts';
import { blastRadius } from '../../../runbooks/analysis/blast-radius.ts';
import {
  locate,
  type Experiment,
  type LocateFacts,
  type Location,
} from '../../../runbooks/analysis/locate.ts';
import { pod, sick } from '../pod.ts';

const tried = (from: string, verdict: Experiment['verdict']): Experiment => ({
  from,
  verdict,
  reason: verdict,
});
const here = (verdict: Experiment['verdict']) => tried('node w3', verdict);
const there = (verdict: Experiment['verdict']) => tried('node w1', verdict);
const healthyPod = (verdict: Experiment['verdict']) => tried('pod c', verdict);

const onOneNode = [
  sick('a', { node: 'w3' }),
  sick('b', { node: 'w3', revision: 2 }),
  pod('c', { node: 'w1', revision: 2 }),
  pod('d', { node: 'w2' }),
];
const tied = [sick('a', { node: 'w3', revision: 2 }), pod('c', { node: 'w1', revision: 1 })];
const newRevision = [
  sick('a', { node: 'w1', revision: 2 }),
  sick('b', { node: 'w2', revision: 2 }),
  pod('c', { node: 'w1' }),
  pod('d', { node: 'w2' }),
];
const all = [sick('a', { node: 'w1' }), sick('b', { node: 'w2' })];
const scattered = [
  sick('a', { node: 'w1' }),
  sick('b', { node: 'w2' }),
  pod('c', { node: 'w1' }),
  pod('d', { node: 'w2' }),
];
const ready = { name: 'w3', ready: 'True' as const };

const table: {
  what: string;
  pods: Pod[];
  facts: Partial<LocateFacts>;
  fault: Location['fault'];
}[] = [
  {
    what: 'only the suspect node does not reach it',
    pods: onOneNode,
    facts: {
      node: ready,
      experiments: { suspectNode: here('fail'), elsewhere: [there('pass'), healthyPod('pass')] },
    },
    fault: 'node',
  },
  {
    what: 'a tie of node and revision is broken by the connection',
    pods: tied,
    facts: {
      node: ready,
      experiments: { suspectNode: here('fail'), elsewhere: [there('pass')] },
      rolledOutJustBefore: true,
    },
    fault: 'node',
  },
  {
    what: 'the same tie, but the node does reach it: the revision',
    pods: tied,
    facts: {
      node: ready,
      experiments: { suspectNode: here('pass'), elsewhere: [there('pass')] },
      rolledOutJustBefore: true,
    },
    fault: 'release',
  },
  {
    what: 'the same tie without a recent rollout',
    pods: tied,
    facts: { node: ready, experiments: { suspectNode: here('pass'), elsewhere: [there('pass')] } },
    fault: 'unclear',
  },
  {
    what: 'nobody reaches it, though the sick share a node',
    pods: onOneNode,
    facts: {
      node: ready,
      experiments: { suspectNode: here('fail'), elsewhere: [there('fail'), healthyPod('fail')] },
    },
    fault: 'dependency',
  },
  {
    what: 'nobody reaches it and everything is sick just after a rollout: still not the rollout',
    pods: all,
    facts: {
      experiments: { elsewhere: [there('fail'), tried('node w2', 'fail')] },
      rolledOutJustBefore: true,
    },
    fault: 'dependency',
  },
  {
    what: 'the node is not ready',
    pods: onOneNode,
    facts: { node: { name: 'w3', ready: 'Unknown' } },
    fault: 'node-not-ready',
  },
  {
    what: 'everything is sick since a rollout, the network is fine',
    pods: all,
    facts: { experiments: { elsewhere: [there('pass')] }, rolledOutJustBefore: true },
    fault: 'release',
  },
  {
    what: 'everything is sick since a rollout, the logs name no dependency',
    pods: all,
    facts: { rolledOutJustBefore: true },
    fault: 'release',
  },
  {
    what: 'everything is sick and nothing was rolled out',
    pods: all,
    facts: { experiments: { elsewhere: [there('pass')] } },
    fault: 'unclear',
  },
  {
    what: 'exactly the new revision is sick',
    pods: newRevision,
    facts: { experiments: { elsewhere: [there('pass')] }, rolledOutJustBefore: true },
    fault: 'release',
  },
  {
    what: 'no pattern, although something was rolled out',
    pods: scattered,
    facts: { experiments: { elsewhere: [there('pass')] }, rolledOutJustBefore: true },
    fault: 'unclear',
  },
  {
    what: 'the suspect node gave no answer',
    pods: onOneNode,
    facts: { node: ready, experiments: { suspectNode: here('unknown'), elsewhere: [there('pass')] } },
    fault: 'unclear',
  },
  {
    what: 'the suspect node fails and nobody else answered',
    pods: onOneNode,
    facts: {
      node: ready,
      experiments: { suspectNode: here('fail'), elsewhere: [there('unknown'), healthyPod('unknown')] },
    },
    fault: 'unclear',
  },
  {
    what: 'one silent witness does not outweigh one that spoke',
    pods: onOneNode,
    facts: {
      node: ready,
      experiments: { suspectNode: here('fail'), elsewhere: [there('pass'), healthyPod('unknown')] },
    },
    fault: 'node',
  },
  {
    what: 'another node fails too',
    pods: onOneNode,
    facts: {
      node: ready,
      experiments: { suspectNode: here('fail'), elsewhere: [there('fail'), healthyPod('pass')] },
    },
    fault: 'unclear',
  },
  {
    what: 'the sick share a node and nothing was tried',
    pods: onOneNode,
    facts: { node: ready },
    fault: 'unclear',
  },
  {
    what: 'a tie and nothing was tried: not guessed',
    pods: tied,
    facts: { node: ready, rolledOutJustBefore: true },
    fault: 'unclear',
  },
  {
    what: 'everything is sick, one connection failed: without a second place it says little',
    pods: all,
    facts: { experiments: { elsewhere: [there('fail')] }, rolledOutJustBefore: true },
    fault: 'unclear',
  },
];

test.each(table)('$what: $fault', ({ pods, facts, fault }) => {
  const location = locate({
    radius: blastRadius(pods),
    experiments: { elsewhere: [] },
    rolledOutJustBefore: false,
    ...facts,
  });
  expect(location.fault).toBe(fault);
  expect(location.because).not.toBe('');
});

test('the reason names who was asked and which tie was broken', () => {
  const { because } = locate({
    radius: blastRadius(tied),
    node: ready,
    experiments: { suspectNode: here('fail'), elsewhere: [there('pass')] },
    rolledOutJustBefore: true,
  });
  expect(because).toBe(
    'From w3 the dependency cannot be reached, from node w1 it can. A connection does not depend on revision shop@2, which was tied with the node.',
  );
});

test('an experiment without an answer is named', () => {
  const { because } = locate({
    radius: blastRadius(onOneNode),
    node: ready,
    experiments: { suspectNode: here('unknown'), elsewhere: [there('pass')] },
    rolledOutJustBefore: false,
  });
  expect(because).toMatch(/The connection from node w3 gave no answer/);
});
