/** The last place in a disruption budget is given once. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Ledger } from '../../ledger/api.ts';
import { until } from '../setup/until.ts';
import { again, anIntent, aRun, createDeployment, fresh, type TestDeployment } from './deployment.ts';

let deployment: TestDeployment;
let ledger: Ledger;
beforeAll(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
});
afterAll(() => deployment.end());

test('one change at a time, and only upon facts that are younger than the end of the last one', async () => {
  const [mine, theirs] = [anIntent(await aRun(ledger)), anIntent(await aRun(ledger))];
  const names = [fresh('workers'), fresh('zone')];
  const early = await ledger.now();
  expect(await ledger.takeBudgets({ ...mine, names, asOf: early })).toBeUndefined();
  const before = () => ledger.takeBudgets({ ...theirs, names: names.slice(1), asOf: early });
  expect(await before()).toBe(mine.workflowId);
  const begun = await ledger.beginIntent(mine);
  if (begun.state !== 'begun') throw new Error(begun.state);
  expect(await before()).toBe(mine.workflowId);
  await ledger.finishIntent({
    ...mine,
    token: begun.token,
    result: { outcome: 'applied', settledBy: 'apply' },
  });
  expect(await before()).toBe(mine.workflowId);
  const asOf = await ledger.now();
  expect(await ledger.takeBudgets({ ...theirs, names, asOf })).toBeUndefined();
});

test('whoever took a place and ended without a change does not keep it', async () => {
  const [mine, theirs] = [anIntent(await aRun(ledger)), anIntent(await aRun(ledger))];
  const names = [fresh('workers')];
  const asOf = await ledger.now();
  await ledger.takeBudgets({ ...mine, names, asOf });
  await ledger.sealRun({ workflowId: mine.workflowId, outcome: 'cancelled', result: null, journal: [] });
  expect(await ledger.takeBudgets({ ...theirs, names, asOf })).toBeUndefined();
});

test('of many that ask at once one gets it', async () => {
  const names = [fresh('a'), fresh('b')];
  const intents = await Promise.all(Array.from({ length: 12 }, async () => anIntent(await aRun(ledger))));
  const asOf = await ledger.now();
  const answers = await Promise.all(
    intents.map((intent, i) =>
      ledger.takeBudgets({ ...intent, names: i % 2 ? names : names.toReversed(), asOf }),
    ),
  );
  expect(answers.filter((holder) => holder === undefined)).toHaveLength(1);
});

const begin = async (intent: ReturnType<typeof anIntent>) => {
  const begun = await ledger.beginIntent(intent);
  if (begun.state !== 'begun') throw new Error(JSON.stringify(begun));
  return begun;
};
const take = async (intent: ReturnType<typeof anIntent>, names: readonly string[]) =>
  ledger.takeBudgets({ ...intent, names, asOf: await ledger.now() });

test('right before the effect a place is still its own, unless it took too long', async () => {
  const [mine, theirs] = [anIntent(await aRun(ledger)), anIntent(await aRun(ledger))];
  const names = [fresh('zone'), fresh('service')];
  await take(mine, names);
  await begin(mine);
  expect(await ledger.holdsBudgets({ ...mine, names })).toBe(true);
  expect(await ledger.holdsBudgets({ ...theirs, names })).toBe(false);
  expect(await ledger.holdsBudgets({ ...mine, names: [...names, fresh('never taken')] })).toBe(false);
  await deployment.sql(`update budgets set taken_at = taken_at - interval '31 seconds' where name = $1`, [
    names[0],
  ]);
  expect(await ledger.holdsBudgets({ ...mine, names })).toBe(false);
});

test('a worker that slept after it took a place does not act when another has it', async () => {
  const [mine, theirs] = [anIntent(await aRun(ledger)), anIntent(await aRun(ledger))];
  const names = [fresh('zone')];
  await take(mine, names);
  await deployment.sql(
    `update budgets set taken_at = taken_at - interval '31 seconds' where name = $1`,
    names,
  );
  expect(await take(theirs, names)).toBeUndefined();
  await Promise.all([begin(mine), begin(theirs)]);
  expect(await ledger.holdsBudgets({ ...mine, names })).toBe(false);
  expect(await ledger.holdsBudgets({ ...theirs, names })).toBe(true);
});

test('a change that could not begin gives its place back at once, and keeps what it began with', async () => {
  const [mine, theirs] = [anIntent(await aRun(ledger)), anIntent(await aRun(ledger))];
  const names = [fresh('zone')];
  await take(mine, names);
  await ledger.leaveBudgets(mine);
  expect(await take(theirs, names)).toBeUndefined();
  await begin(theirs);
  await ledger.leaveBudgets(theirs);
  expect(await take(mine, names)).toBe(theirs.workflowId);
});

test('what became of a killed change decides: unknown keeps the place, done or not done frees it', async () => {
  for (const outcome of ['applied', 'not-applied'] as const) {
    const [mine, theirs] = [anIntent(await aRun(ledger)), anIntent(await aRun(ledger))];
    const names = [fresh('zone')];
    await take(mine, names);
    const begun = await begin({ ...mine, timeoutMs: 1 });
    await deployment.sql(`update budgets set taken_at = taken_at - interval '1 hour' where name = $1`, names);
    expect(await take(theirs, names)).toBe(mine.workflowId);
    // The worker's place is asked for once more before anybody knows: it stays the place of what was begun.
    await take(mine, names);
    await ledger.leaveBudgets(mine);
    expect(await take(theirs, names)).toBe(mine.workflowId);
    await until(() =>
      ledger.settleIntent({
        ...mine,
        attempt: begun.attempt,
        result: { outcome, settledBy: 'probe' },
        skewMs: 0,
      }),
    );
    expect(await take(theirs, names)).toBeUndefined();
  }
});

test('workers that die between any two calls: the places of a budget are never exceeded, and none is lost', async () => {
  const MOST = 2;
  const names = [fresh('zone')];
  const away = new Set<string>();
  let [worst, done] = [0, 0];
  const intents = await Promise.all(Array.from({ length: 8 }, async () => anIntent(await aRun(ledger))));
  const oneWorker = async (intent: (typeof intents)[number], nth: number) => {
    const diesAt = ['after its look', 'after it took', 'after it began', 'after it acted', ''][nth % 5];
    const asOf = await ledger.now();
    if (away.size >= MOST) return;
    if (diesAt === 'after its look') return;
    if ((await ledger.takeBudgets({ ...intent, names, asOf })) !== undefined) return;
    if (diesAt === 'after it took') {
      // Half a minute passes, for the ledger.
      const sql = `update budgets set taken_at = taken_at - interval '31 seconds' where name = $1 and workflow_id = $2`;
      await deployment.sql(sql, [names[0], intent.workflowId]);
      return;
    }
    const begun = await ledger.beginIntent({ ...again(intent), timeoutMs: 1 });
    if (begun.state !== 'begun' || diesAt === 'after it began') return;
    if (!(await ledger.holdsBudgets({ ...intent, names }))) return;
    away.add(intent.workflowId);
    worst = Math.max(worst, away.size);
    if (diesAt === 'after it acted') return;
    await ledger.finishIntent({
      ...intent,
      token: begun.token,
      result: { outcome: 'applied', settledBy: 'apply' },
    });
  };
  const settle = async (intent: (typeof intents)[number]) => {
    const last = (await ledger.intents(intent.workflowId)).at(-1);
    if (!last || last.result) return;
    const outcome = away.has(intent.workflowId) ? 'applied' : 'not-applied';
    const result = { outcome, settledBy: 'probe' } as const;
    await ledger.settleIntent({ ...intent, attempt: last.attempt, result, skewMs: 0 });
  };
  await Promise.all(
    intents.map((intent, i) =>
      until(async () => {
        for (let nth = i; !away.has(intent.workflowId); nth++) {
          await settle(intent);
          await oneWorker(intent, nth);
        }
        await settle(intent);
        const settled = (await ledger.intents(intent.workflowId)).every((row) => row.result);
        if (!settled) return undefined;
        away.delete(intent.workflowId);
        return ++done;
      }),
    ),
  );
  expect(done).toBe(8);
  expect(worst).toBeLessThanOrEqual(MOST);
});
