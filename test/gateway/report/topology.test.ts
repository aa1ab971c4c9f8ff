import { expect, test } from '@jest/globals';
import { textOf } from '../../../gateway/report/html.ts';
import { topology } from '../../../gateway/report/topology.ts';
import { TOPOLOGY, type JournalEntry, type TopologyFacts } from '../../../workflows/messages.ts';
import { corpus } from '../../hostile/corpus.ts';

const note = (facts: unknown, text = 'Broken of shop: 1 of 3 pods'): JournalEntry => ({
  ...{ seq: 1, at: '2026-11-21T02:47:31.000Z', kind: 'note', name: TOPOLOGY, text, status: 'ok' },
  facts: facts as NonNullable<JournalEntry['facts']>,
});
const facts: TopologyFacts = {
  services: [
    { name: 'shop', broken: true, calls: ['db', 'elsewhere'] },
    { name: 'db', broken: false, calls: [] },
  ],
  pods: [
    { name: 'shop-b', service: 'shop', node: 'w2', broken: true },
    { name: 'shop-a', service: 'shop', node: 'w1', broken: false },
    { name: 'shop-c', service: 'shop', node: null, broken: false },
  ],
  nodes: [
    { name: 'w2', broken: true },
    { name: 'w1', broken: false },
  ],
  left: 4,
  leftBroken: 0,
};
const drawn = (...journal: readonly JournalEntry[]) => {
  const picture = topology(journal);
  return picture && textOf(picture);
};

test('each service, pod and node is there once, and what is broken says so', () => {
  const text = drawn(note(facts))!;
  for (const name of [
    '✗ shop<',
    '>db<',
    '✗ shop-b<',
    '>shop-a<',
    '>shop-c<',
    '✗ w2<',
    '>w1<',
    '>on no node<',
  ])
    expect(text.split(name)).toHaveLength(2);
  expect(text).toContain('and 4 more pods, none of them broken');
  expect(drawn(note({ ...facts, leftBroken: 3 }))).toContain('and 4 more pods, 3 of them broken');
  // Three pods hang on the service; of what it calls only what is drawn is joined.
  expect(text.match(/<line/g)).toHaveLength(3);
  expect(text.match(/<path/g)).toHaveLength(1);
  expect(text.match(/class="edge broken"\s+x1/g)).toHaveLength(1);
});

test('boxes lie within the picture and not on each other', () => {
  const text = drawn(note(facts))!;
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(text)!.map(Number);
  const boxes = [...text.matchAll(/<rect[^>]*x="(\d+)"\s+y="(\d+)"\s+width="(\d+)"\s+height="(\d+)"/g)].map(
    ([, ...of]) => of.map(Number) as [number, number, number, number],
  );
  expect(boxes).toHaveLength(5);
  for (const [i, [x, y, w, h]] of boxes.entries()) {
    expect(x + w).toBeLessThanOrEqual(width!);
    expect(y + h).toBeLessThanOrEqual(height!);
    for (const [x2, y2, w2, h2] of boxes.slice(i + 1))
      expect(x + w <= x2 || x2 + w2 <= x || y + h <= y2 || y2 + h2 <= y).toBe(true);
  }
});

test('the last that was said counts; without one, or with facts that were cut, there is no picture', () => {
  const earlier = note({ ...facts, services: [], pods: [], nodes: [] }, 'earlier');
  expect(drawn(earlier, note(facts))).not.toContain('earlier');
  expect(drawn()).toBeUndefined();
  expect(drawn(note({ cut: '{"services":[' }))).toBeUndefined();
});

test('names of others are text and nothing else', () => {
  for (const hostile of corpus.slice(0, 40)) {
    const named = <T extends { name: string }>(one: T): T => ({ ...one, name: hostile });
    const text = drawn(
      note(
        {
          ...{ services: facts.services.map(named), nodes: facts.nodes.map(named), left: 0, leftBroken: 0 },
          pods: facts.pods.map((pod) => ({ ...named(pod), service: hostile, node: hostile })),
        },
        hostile,
      ),
    )!;
    expect(text).not.toMatch(/<(?:script|img|a|foreignObject|style|iframe)\b/i);
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  }
});
