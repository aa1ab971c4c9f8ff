import { expect, test } from '@jest/globals';
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
