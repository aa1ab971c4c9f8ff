/** The stop button when nothing but PostgreSQL is left: the statements that docs/operating.md shows. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Ledger } from '../../ledger/api.ts';
import { inDatabase } from '../setup/database.ts';
import { anIntent, aRun, createDeployment, type TestDeployment } from './deployment.ts';

let deployment: TestDeployment;
let ledger: Ledger;
let documented: string[];
beforeAll(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
  const page = await readFile(new URL('../../docs/operating.md', import.meta.url), 'utf8');
  documented = [...page.matchAll(/-c "((?:insert into|update|select)[^"]*freezes[^"]*)"/g)].map(([, sql]) =>
    sql!.replaceAll('nightshift_production', 'nightshift_test'),
  );
});
afterAll(() => deployment.end());

/** As somebody with psql, who has set nothing: the schema stands in the statement alone. */
const psql = (text: string): Promise<Record<string, unknown>[]> =>
  inDatabase(
    deployment.options.databaseUrl,
    async (db) => (await db.query<Record<string, unknown>>(text)).rows,
  );

const entries = (kind: string) =>
  deployment.sql<{ facts: unknown }>('select facts from record_entries where kind = $1', [kind]);

test('a plain row freezes, is listed and recorded; lifting it by hand says who', async () => {
  const [insert, list, lift] = documented;
  const workflowId = await aRun(ledger);
  await psql(insert!);
  const [freeze] = await ledger.freezes();
  expect(freeze).toMatchObject({
    scope: { kind: 'everything' },
    reason: 'nightshift acts up',
    by: expect.stringMatching(/ \(at the database\)$/),
    until: expect.any(String),
  });
  expect(await ledger.beginIntent(anIntent(workflowId))).toMatchObject({
    why: 'frozen',
    message: expect.stringContaining(`nightshift lift ${freeze!.id}`),
  });
  expect(await ledger.beginIntent(anIntent(workflowId, { risk: 'notify' }))).toMatchObject({
    state: 'begun',
  });
  expect(await psql(list!)).toHaveLength(1);
  await psql(lift!);
  expect(await ledger.freezes()).toEqual([]);
  expect(await entries('freeze')).toMatchObject([
    { facts: { id: freeze!.id, reason: 'nightshift acts up' } },
  ]);
  expect(await entries('lift')).toMatchObject([
    {
      facts: {
        id: freeze!.id,
        scope: { kind: 'everything' },
        by: expect.stringMatching(/ \(at the database\)$/),
      },
    },
  ]);
  expect(await ledger.seal()).toMatchObject({ sealed: expect.any(Number) });
});

test('the record of a lift says what was frozen: those who heard the freeze by its runbook hear that', async () => {
  const scope = { kind: 'runbook', name: 'restart-service' } as const;
  const { id } = await ledger.freeze({ scope, reason: 'release', by: 'ana' });
  await ledger.lift(id, 'bo');
  expect((await entries('lift')).map(({ facts }) => facts)).toContainEqual({ id, scope, by: 'bo' });
});

test('a row that would freeze nothing is refused', async () => {
  await expect(
    deployment.sql(`insert into freezes (scope, reason) values ('runbook', 'which?')`),
  ).rejects.toThrow(/check/);
  await expect(
    deployment.sql(`insert into freezes (scope, reason) values ('everything', '')`),
  ).rejects.toThrow(/check/);
});

test('a freeze is lifted once, and neither changed nor deleted: the record says who ended it', async () => {
  const [row] = await deployment.sql<{ id: string }>(
    `insert into freezes (scope, name, reason) values ('cluster', 'lab', 'audit') returning id`,
  );
  const of = (statement: string) => deployment.sql(`${statement} where id = $1`, [row!.id]);
  await expect(of('delete from freezes')).rejects.toThrow(/lifted, not changed or deleted/);
  await expect(of(`update freezes set until = now()`)).rejects.toThrow(/lifted, not changed or deleted/);
  await of('update freezes set lifted_at = now()');
  await expect(of('update freezes set lifted_at = null')).rejects.toThrow(/lifted, not changed or deleted/);
});

test('the row waits for intents that are being written, and stops every later one', async () => {
  const intents = await Promise.all(
    Array.from({ length: 20 }, async () => anIntent(await aRun(ledger, { runbook: 'frozen-in-between' }))),
  );
  const begun = async () =>
    (
      await deployment.sql(
        `select from attempts join runs using (workflow_id) where runbook = 'frozen-in-between'`,
      )
    ).length;
  const during = Promise.all(intents.map((intent) => ledger.beginIntent(intent)));
  await deployment.sql(
    `insert into freezes (scope, name, reason) values ('runbook', 'frozen-in-between', 'now')`,
  );
  const before = await begun();
  const states = (await during).map((answer) => answer.state);
  expect(states.filter((state) => state === 'begun')).toHaveLength(before);
  expect(states.filter((state) => state === 'refused')).toHaveLength(intents.length - before);
});
