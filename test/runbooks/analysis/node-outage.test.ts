import { expect, test } from '@jest/globals';
import { nodeOutage, type NodeInBrief } from '../../../runbooks/analysis/node-outage.ts';

const nodes = (...out: string[]): NodeInBrief[] =>
  [
    ['a1', 'a'],
    ['a2', 'a'],
    ['b1', 'b'],
    ['b2', 'b'],
  ].map(([name, zone]) => ({ name: name!, zone: zone!, ready: out.includes(name!) ? 'Unknown' : 'True' }));
const zoneless = (...out: string[]) => nodes(...out).map((n) => ({ ...n, zone: null }));

test.each<[string, NodeInBrief[], string, RegExp]>([
  ['it is Ready by now', nodes('b1'), 'none', /a1 is Ready/],
  ['it is gone', nodes().slice(1), 'none', /no node a1/],
  ['it alone', nodes('a1'), 'one', /a1 alone of 4/],
  ['its whole zone and no other', nodes('a1', 'a2'), 'zone', /whole of zone a/],
  ['one of each zone', nodes('a1', 'b1'), 'many', /2 of 4.*a1, b1/],
  ['its zone and one more', nodes('a1', 'a2', 'b1'), 'many', /3 of 4/],
  ['all of them', nodes('a1', 'a2', 'b1', 'b2'), 'many', /4 of 4/],
  ['two where nobody knows of zones', zoneless('a1', 'a2'), 'many', /2 of 4/],
])('%s', (_, seen, spread, because) => {
  expect(nodeOutage(seen, 'a1')).toMatchObject({ spread, because: expect.stringMatching(because) });
});
