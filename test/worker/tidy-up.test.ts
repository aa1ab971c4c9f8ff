import { expect, test } from '@jest/globals';
import type { Freeze } from '../../ledger/api.ts';
import { tidyUp } from '../../worker/tidy-up.ts';

const removedUnder = (...scopes: Freeze['scope'][]) => {
  const freezes = scopes.map((scope) => ({ id: 'f', scope, reason: 'test', by: 'ana', since: '' }));
  const ledger = { freezes: async () => freezes, identity: 'abc', deployment: 'prod' };
  const tidy = async (operations: string) => [operations];
  return tidyUp({ ledger, deployment: 'prod', clusters: [{ name: 'here', tidy }] });
};

test.each<[string, Freeze['scope'], readonly string[]]>([
  ['everything', { kind: 'everything' }, []],
  ['this cluster', { kind: 'cluster', name: 'here' }, []],
  ['another cluster', { kind: 'cluster', name: 'there' }, ['prod.abc/']],
  ['a runbook', { kind: 'runbook', name: 'here' }, ['prod.abc/']],
])('under a freeze of %s', async (_, scope, removed) => {
  expect(await removedUnder(scope)).toEqual(removed);
});

test('without a freeze what this deployment left is removed', async () => {
  expect(await removedUnder()).toEqual(['prod.abc/']);
});

test('a frozen cluster, or one that does not answer, keeps the others from nothing', async () => {
  const ledger = {
    freezes: async () => [
      { id: 'f', scope: { kind: 'cluster' as const, name: 'frozen' }, reason: 'test', by: 'ana', since: '' },
    ],
    identity: 'abc',
    deployment: 'prod',
  };
  const asked: string[] = [];
  const clusters = ['away', 'frozen', 'here'].map((name) => ({
    name,
    tidy: async () => {
      asked.push(name);
      if (name === 'away') throw new Error('away does not answer');
      return [name];
    },
  }));
  await expect(tidyUp({ ledger, deployment: 'prod', clusters })).rejects.toThrow('away does not answer');
  expect(asked).toEqual(['away', 'here']);
});
