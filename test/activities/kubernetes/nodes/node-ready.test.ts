import { expect, test } from '@jest/globals';
import { judgeNode } from '../../../../activities/kubernetes/nodes/node-ready.ts';
import { ago, NOW } from '../objects.ts';

const node = (o: {
  ready?: 'True' | 'False' | 'Unknown';
  since?: number;
  pressure?: string[];
  leaseAge?: number | null;
}) => {
  const { ready = 'True', since = 600, pressure = [], leaseAge = 4 } = o;
  const condition = {
    type: 'Ready',
    status: ready,
    reason: 'KubeletReady',
    message: 'said so',
    since: ago(since),
  };
  const lease = leaseAge === null ? null : { renewed: ago(leaseAge), ageSeconds: leaseAge };
  return { name: 'w1', ready, conditions: [condition], pressure, lease };
};

test.each([
  ['Ready for long', node({}), 'pass', /has been Ready for 600 s/],
  ['Ready for a moment', node({ since: 3 }), 'fail', /for 3 s, 10 s are wanted/],
  ['not Ready', node({ ready: 'False' }), 'fail', /is not Ready: said so/],
  ['silent', node({ ready: 'Unknown' }), 'unknown', /is not Ready/],
  ['Ready by a word that is old', node({ leaseAge: 31 }), 'unknown', /last heard of 31 s ago/],
  ['without a lease, which not every cluster has', node({ leaseAge: null }), 'pass', /Ready/],
  ['under pressure', node({ pressure: ['DiskPressure'] }), 'fail', /has DiskPressure/],
])('a node that is %s', (_, seen, verdict, reason) => {
  expect(judgeNode(seen, { readyFor: 10, now: NOW })).toEqual({
    verdict,
    reason: expect.stringMatching(reason),
  });
});
