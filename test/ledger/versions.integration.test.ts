/** What is decided about versions of the runbooks is kept with what becomes of their runs, in one transaction. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Ledger } from '../../ledger/api.ts';
import { aRun, createDeployment, type TestDeployment } from './deployment.ts';

let deployment: TestDeployment;
let ledger: Ledger;
beforeAll(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
});
afterAll(() => deployment.end());

const order = { by: 'ana', reason: 'deletes the wrong pods' };
const entries = (kind: string) =>
  deployment.sql<{ workflow_id: string; facts: unknown }>(
    'select workflow_id, facts from record_entries where kind = $1 order by id',
    [kind],
  );

test.each([
  ['cancelled', 'cancelled', 'cancel'],
  ['stopped', 'stopped', 'stop'],
] as const)(
  'a retired version whose runs are %s: they are told by whom and why',
  async (become, is, kind) => {
    const run = await aRun(ledger);
    await ledger.retireVersion({ bundle: become, order, runs: [run, 'started past nightshift'], become });
    const why = { by: 'ana', reason: `version ${become} is retired: deletes the wrong pods` };
    expect((await ledger.orders(run))[is]).toEqual(why);
    expect(await entries(kind)).toEqual([{ workflow_id: run, facts: why }]);
    expect((await ledger.retiredVersions()).get(become)).toMatchObject(order);
  },
);

test('retired twice it was retired once; what a later call finds is ordered all the same', async () => {
  const run = await aRun(ledger);
  await ledger.retireVersion({ bundle: 'twice', order, runs: [] });
  await ledger.retireVersion({
    ...{ bundle: 'twice', order: { by: 'bo', reason: 'again' } },
    ...{ runs: [run], become: 'cancelled' },
  });
  expect((await ledger.retiredVersions()).get('twice')).toMatchObject(order);
  expect((await ledger.orders(run)).cancelled?.by).toBe('bo');
});

test('a version that is not kept, or retired, is not made current', async () => {
  await expect(ledger.versionMadeCurrent('nobody', order)).rejects.toThrow(/keeps no version "nobody"/);
  await ledger.keepBundle({ id: 'kept', code: '', contracts: {}, by: 'worker' });
  await ledger.versionMadeCurrent('kept', order);
  expect(await entries('version-current')).toEqual([
    { workflow_id: '', facts: { version: 'kept', ...order } },
  ]);
  await ledger.retireVersion({ bundle: 'kept', order, runs: [] });
  await expect(ledger.versionMadeCurrent('kept', order)).rejects.toThrow(/was retired by ana/);
});

test('a bundle that another worker starts with is kept by that one, last', async () => {
  for (const by of ['first', 'second'])
    await ledger.keepBundle({ id: 'shared', code: '', contracts: {}, by });
  const kept = (await ledger.bundles()).find(({ id }) => id === 'shared');
  expect(kept?.keptBy).toBe('second');
});
