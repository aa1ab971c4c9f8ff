import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { semanticDiff } from '../../../../activities/kubernetes/changes/semantic-diff.ts';

test('noise is no difference: versions, times, status, managed fields, last-applied', () => {
  const before = {
    metadata: {
      name: 'w',
      uid: 'u',
      resourceVersion: '1',
      generation: 1,
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    },
    status: { conditions: [{ type: 'Ready', lastHeartbeatTime: '1' }] },
  };
  const after = {
    metadata: {
      name: 'w',
      uid: 'u',
      resourceVersion: '2',
      generation: 2,
      managedFields: [{ manager: 'x' }],
      annotations: { 'deployment.kubernetes.io/revision': '3' },
    },
    status: { conditions: [] },
  };
  expect(semanticDiff(before, after)).toEqual([]);
});

test('fields that come, go and change, each with its own path', () => {
  expect(
    semanticDiff(
      { metadata: { labels: { a: '1' } }, spec: { replicas: 2 } },
      {
        metadata: { labels: { a: '1' }, annotations: { 'nightshift.dev/cordoned-by': 'x' } },
        spec: { replicas: 2, unschedulable: true },
      },
    ),
  ).toEqual([
    { path: 'metadata.annotations["nightshift.dev/cordoned-by"]', before: null, after: 'x' },
    { path: 'spec.unschedulable', before: null, after: true },
  ]);
});

test('named things are compared by name: another order is no change, another image is one', () => {
  const spec = (image: string) => ({
    containers: [
      { name: 'proxy', image: 'p:1' },
      { name: 'app', image },
    ],
  });
  const reordered = {
    containers: [
      { name: 'app', image: 'a:2' },
      { name: 'proxy', image: 'p:1' },
    ],
  };
  expect(semanticDiff({ spec: spec('a:1') }, { spec: reordered })).toEqual([
    { path: 'spec.containers[name=app].image', before: 'a:1', after: 'a:2' },
  ]);
});

test('a list of plain values is compared as a whole', () => {
  expect(semanticDiff({ args: ['a', 'b'] }, { args: ['b', 'a'] })).toEqual([
    { path: 'args', before: ['a', 'b'], after: ['b', 'a'] },
  ]);
});

test('secrets in a template do not show, that they differ does', () => {
  const env = (value: string) => ({
    env: [
      { name: 'DB_PASSWORD', value },
      { name: 'DB_URL', value: `postgres://app:${value}@db/x` },
    ],
  });
  const [password, url] = semanticDiff(env('hunter2'), env('hunter3'));
  expect(JSON.stringify([password, url])).not.toMatch(/hunter/);
  expect(password?.before).not.toBe(password?.after);
  expect(url?.path).toBe('env[name=DB_URL].value');
  const added = semanticDiff(
    { containers: [] },
    { containers: [{ name: 'app', env: [{ name: 'API_TOKEN', value: 'tok-1' }] }] },
  );
  expect(JSON.stringify(added)).toMatch(/hidden, sha256/);
  expect(JSON.stringify(added)).not.toMatch(/tok-1/);
});

test('amounts are compared by what they stand for; init containers and variables in their order', () => {
  const container = (cpu: string | number, memory: string) => ({
    spec: { containers: [{ name: 'app', resources: { limits: { cpu, memory } } }] },
  });
  expect(semanticDiff(container('1000m', '1Gi'), container(1, '1024Mi'))).toEqual([]);
  expect(semanticDiff(container('1', '1Gi'), container('1', '1G'))).toEqual([
    { path: 'spec.containers[name=app].resources.limits.memory', before: '1Gi', after: '1G' },
  ]);
  const pod = (init: string[], variables: string[]) => ({
    initContainers: init.map((name) => ({ name })),
    containers: [{ name: 'app', env: variables.map((name) => ({ name })) }],
  });
  expect(semanticDiff(pod(['a', 'b', 'gone'], ['A', 'B']), pod(['b', 'new', 'a'], ['B', 'A']))).toEqual([
    { path: 'containers[name=app].env order', before: ['A', 'B'], after: ['B', 'A'] },
    { path: 'initContainers order', before: ['a', 'b'], after: ['b', 'a'] },
    { path: 'initContainers[name=gone]', before: { name: 'gone' }, after: null },
    { path: 'initContainers[name=new]', before: null, after: { name: 'new' } },
  ]);
});

/** Objects as manifests have them: fields, plain lists and lists of named objects. */
const manifest = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.integer(),
    fc.constantFrom('x', 'y'),
    fc.array(fc.integer(), { maxLength: 3 }),
    fc
      .uniqueArray(tie('object'), { maxLength: 3, selector: (one) => JSON.stringify(one) })
      .map((list) => list.map((one, i) => ({ ...one, name: `n${i}` }))),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c/d'), tie('value'), { maxKeys: 3 }),
})).object;

/** The same with every list of named objects and every object's fields the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return typeof value[0] === 'object' ? value.map(turned).reverse() : value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, of]) => [key, turned(of)] as const)
      .reverse(),
  );
}

test('nothing differs from itself in another order; a difference is the same from both sides', () => {
  fc.assert(
    fc.property(manifest, manifest, (one, other) => {
      expect(semanticDiff(one, turned(one))).toEqual([]);
      const there = semanticDiff(one, other);
      expect(semanticDiff(turned(one), turned(other)).map(({ path }) => path)).toEqual(
        there.map(({ path }) => path),
      );
      expect(semanticDiff(other, one)).toEqual(
        there.map(({ path, before, after }) => ({ path, before: after, after: before })),
      );
      expect(new Set(there.map(({ path }) => path)).size).toBe(there.length);
      if (JSON.stringify(one) === JSON.stringify(other)) expect(there).toEqual([]);
    }),
  );
});
