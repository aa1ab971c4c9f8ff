import { expect, test } from '@jest/globals';
import type { Pod } from '../../../activities/kubernetes/contract.ts';
import { blastRadius, type BlastRadius } from '../../../runbooks/analysis/blast-radius.ts';
import { pod, sick } from '../pod.ts';

const named = ({ suspects }: BlastRadius) => suspects.map((s) => `${s.dimension} ${s.value}`);

const table: { what: string; pods: Pod[]; pattern: BlastRadius['pattern']; suspects: string[] }[] = [
  {
    what: 'one node, both revisions on it',
    pods: [
      sick('a', { node: 'w3', revision: 2, image: 'shop:2' }),
      sick('b', { node: 'w3', revision: 1 }),
      pod('c', { node: 'w1', revision: 2, image: 'shop:2' }),
      pod('d', { node: 'w2', revision: 1 }),
    ],
    pattern: 'one dimension',
    suspects: ['node w3'],
  },
  {
    what: 'the new revision runs only on that node: tied, not guessed',
    pods: [
      sick('a', { node: 'w3', revision: 2 }),
      sick('b', { node: 'w3', revision: 2 }),
      pod('c', { node: 'w1', revision: 1 }),
      pod('d', { node: 'w2', revision: 1 }),
    ],
    pattern: 'tied dimensions',
    suspects: ['node w3', 'revision shop@2'],
  },
  {
    what: 'new revision and new image go together, on all nodes',
    pods: [
      sick('a', { node: 'w1', revision: 2, image: 'shop:2' }),
      sick('b', { node: 'w2', revision: 2, image: 'shop:2' }),
      pod('c', { node: 'w1', revision: 1, image: 'shop:1' }),
      pod('d', { node: 'w2', revision: 1, image: 'shop:1' }),
    ],
    pattern: 'tied dimensions',
    suspects: ['revision shop@2', 'image shop:2'],
  },
  {
    what: 'the same image under a new configuration: the revision, not the image',
    pods: [
      sick('a', { node: 'w1', revision: 2 }),
      sick('b', { node: 'w2', revision: 2 }),
      pod('c', { node: 'w1' }),
      pod('d', { node: 'w2' }),
    ],
    pattern: 'one dimension',
    suspects: ['revision shop@2'],
  },
  {
    what: 'a zone of two nodes',
    pods: [
      sick('a', { node: 'w3', zone: 'z2' }),
      sick('b', { node: 'w4', zone: 'z2' }),
      pod('c', { node: 'w1', zone: 'z1' }),
    ],
    pattern: 'one dimension',
    suspects: ['zone z2'],
  },
  {
    what: 'a node that is its zone: both are named',
    pods: [sick('a', { node: 'w3', zone: 'z3' }), pod('c', { node: 'w1', zone: 'z1' })],
    pattern: 'tied dimensions',
    suspects: ['node w3', 'zone z3'],
  },
  {
    what: 'most of the sick on one node is not all of them',
    pods: [
      sick('a', { node: 'w3' }),
      sick('b', { node: 'w3' }),
      sick('c', { node: 'w1' }),
      pod('d', { node: 'w1' }),
      pod('e', { node: 'w2' }),
    ],
    pattern: 'no pattern',
    suspects: [],
  },
  {
    what: 'a healthy pod on the same node',
    pods: [
      sick('a', { node: 'w3' }),
      sick('b', { node: 'w3' }),
      pod('c', { node: 'w3' }),
      pod('d', { node: 'w1' }),
    ],
    pattern: 'no pattern',
    suspects: [],
  },
  {
    what: 'everything is sick, though all on one node: counting cannot tell',
    pods: [sick('a', { node: 'w3' }), sick('b', { node: 'w3' })],
    pattern: 'everything is sick',
    suspects: [],
  },
  {
    what: 'nobody is sick',
    pods: [pod('a'), pod('b', { node: 'w2' })],
    pattern: 'nobody is sick',
    suspects: [],
  },
  { what: 'no pods at all', pods: [], pattern: 'nobody is sick', suspects: [] },
  {
    what: 'pods that start, end or are being deleted prove nothing',
    pods: [
      sick('a', { node: 'w3' }),
      pod('b', { node: 'w3', condition: 'starting' }),
      pod('c', { node: 'w3', condition: 'terminating' }),
      pod('d', { node: 'w3', condition: 'finished' }),
      pod('e', { node: 'w1' }),
    ],
    pattern: 'one dimension',
    suspects: ['node w3'],
  },
  {
    what: 'a pod that is up again after the outage that took everything down for a moment',
    pods: [
      sick('a', { node: 'w3', revision: 2 }),
      sick('b', { node: 'w3' }),
      { ...sick('c', { node: 'w1', restarts: 1 }), ready: true },
      pod('d', { node: 'w1' }),
      pod('e', { node: 'w2', revision: 2 }),
    ],
    pattern: 'one dimension',
    suspects: ['node w3'],
  },
  {
    what: 'a pod that crashes again and again is sick also while it is up',
    pods: [
      sick('a', { node: 'w3' }),
      { ...sick('b', { node: 'w1', restarts: 7 }), ready: true },
      pod('c', { node: 'w2' }),
    ],
    pattern: 'no pattern',
    suspects: [],
  },
  {
    what: 'all of the sick are up for the moment: then they are what there is',
    pods: [{ ...sick('a', { node: 'w3', restarts: 1 }), ready: true }, pod('b', { node: 'w1' })],
    pattern: 'one dimension',
    suspects: ['node w3'],
  },
  {
    what: 'unscheduled pods have no node in common',
    pods: [sick('a', { node: null }), sick('b', { node: null }), pod('c', { node: 'w1' })],
    pattern: 'no pattern',
    suspects: [],
  },
  {
    what: 'another workload behind the same Service',
    pods: [
      sick('a', { node: 'w1', workload: 'canary', revision: 1 }),
      sick('b', { node: 'w2', workload: 'canary', revision: 2 }),
      pod('c', { node: 'w1', workload: 'shop' }),
      pod('d', { node: 'w2', workload: 'shop' }),
    ],
    pattern: 'one dimension',
    suspects: ['workload Deployment/canary'],
  },
];

test.each(table)('$what', ({ pods, pattern, suspects }) => {
  const radius = blastRadius(pods);
  expect(radius.pattern).toBe(pattern);
  expect(named(radius)).toEqual(suspects);
});

test('every value is counted, sick and healthy', () => {
  const {
    counts,
    sick: bad,
    healthy,
    leftOut,
  } = blastRadius([
    sick('a', { node: 'w3' }),
    pod('b', { node: 'w3' }),
    pod('c', { node: 'w1' }),
    pod('d', { node: 'w1', condition: 'starting' }),
  ]);
  expect(counts).toContainEqual({ dimension: 'node', value: 'w3', sick: 1, healthy: 1 });
  expect(counts).toContainEqual({ dimension: 'node', value: 'w1', sick: 0, healthy: 1 });
  expect({ bad, healthy, leftOut }).toEqual({ bad: 1, healthy: 2, leftOut: 1 });
});

test('what comes closest without being exclusive is a lead, not a suspect', () => {
  const radius = blastRadius([
    sick('a', { node: 'w3' }),
    sick('b', { node: 'w3' }),
    pod('c', { node: 'w3' }),
    pod('d', { node: 'w1' }),
    pod('e', { node: 'w2' }),
  ]);
  expect(radius.leads[0]).toEqual({ dimension: 'node', value: 'w3', sick: 2, healthy: 1 });
  expect(radius.summary).toMatch(/Closest: node w3, which 1 healthy pod has too/);
});

test('one sick pod is said to be weak evidence', () => {
  expect(blastRadius([sick('a', { node: 'w3' }), pod('b')]).summary).toMatch(
    /one pod alone is weak evidence/,
  );
});

test('all sick on one node says that counting cannot tell', () => {
  expect(blastRadius([sick('a', { node: 'w3' }), sick('b', { node: 'w3' })]).summary).toMatch(
    /all on w3, so that counting cannot tell the node from the service/,
  );
});
