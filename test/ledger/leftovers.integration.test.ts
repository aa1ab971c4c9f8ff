/** What is left is written with the result that left it, and goes with the result that takes it away. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PlannedUndo } from '../../activities/kit/index.ts';
import type { BegunIntent, IntentRequest, Ledger, NewLeftover } from '../../ledger/api.ts';
import { anIntent, aRun, createDeployment, fresh, type TestDeployment } from './deployment.ts';

let deployment: TestDeployment;
let ledger: Ledger;
beforeAll(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
});
afterAll(() => deployment.end());

const uncordon = (node: string): PlannedUndo => ({
  step: 'kubernetes.uncordonNode',
  version: 1,
  input: { node },
  target: `node/${node}`,
  risk: 'reversible',
  summary: `Uncordon ${node}`,
  preconditions: { uid: 'u1' },
  diff: [],
});
const leaves = (node: string): NewLeftover => ({
  what: `Cordon ${node}`,
  why: 'it is sick',
  owner: 'oncall',
  lastsMs: 3_600_000,
  undo: uncordon(node),
});

const cordonOf = (workflowId: string, node: string): IntentRequest => {
  const intent = anIntent(workflowId);
  return { ...intent, change: { ...intent.change, target: `node/${node}`, input: { node } } };
};
const uncordonOf = (
  workflowId: string,
  node: string,
  kind: 'change' | 'put-back' | 'undo' = 'put-back',
): IntentRequest => {
  const intent = anIntent(workflowId, { position: { kind, index: 5 } });
  return { ...intent, change: { ...intent.change, ...uncordon(node) } };
};

async function carriedOut(
  intent: IntentRequest,
  {
    outcome = 'applied',
    leaves: left,
  }: { outcome?: 'applied' | 'not-needed' | 'failed'; leaves?: NewLeftover } = {},
) {
  const { token } = (await ledger.beginIntent(intent)) as Extract<BegunIntent, { state: 'begun' }>;
  return ledger.finishIntent({ ...intent, token, result: { outcome, settledBy: 'apply' }, leaves: left });
}
const leftAt = async (node: string) =>
  (await ledger.leftovers()).filter((l) => l.target === `node/${node}`).map((l) => l.workflowId);
const kindsOf = async (workflowId: string) =>
  (
    await deployment.sql<{ kind: string }>(
      'select kind from record_entries where workflow_id = $1 order by id',
      [workflowId],
    )
  ).map((r) => r.kind);

test('a change lists what it leaves in the transaction of its result, and only when it took effect', async () => {
  const node = fresh('worker');
  const run = await aRun(ledger);
  await carriedOut(cordonOf(run, node), { outcome: 'failed', leaves: leaves(node) });
  expect(await leftAt(node)).toEqual([]);
  await carriedOut(cordonOf(run, node), { leaves: leaves(node) });
  const [left] = (await ledger.leftovers()).filter((l) => l.target === `node/${node}`);
  expect(left).toMatchObject({
    workflowId: run,
    what: `Cordon ${node}`,
    owner: 'oncall',
    cluster: 'lab',
    step: 'kubernetes.cordonNode',
    undo: { step: 'kubernetes.uncordonNode', input: { node } },
  });
  expect(Date.parse(left!.expiresAt) - Date.parse(left!.since)).toBeGreaterThan(3_500_000);
  const transactions = await deployment.sql(
    `select distinct xmin::text from record_entries where workflow_id = $1 and kind in ('result', 'leftover') and id >
      (select max(id) from record_entries where workflow_id = $1 and kind = 'intent')`,
    [run],
  );
  expect(transactions).toHaveLength(1);
});

test('its own put-back or undo takes it off the list again', async () => {
  for (const kind of ['put-back', 'undo'] as const) {
    const node = fresh('worker');
    const run = await aRun(ledger);
    await carriedOut(cordonOf(run, node), { leaves: leaves(node) });
    expect(await carriedOut(uncordonOf(run, node, kind))).toEqual({ adopted: [] });
    expect(await leftAt(node)).toEqual([]);
    expect((await kindsOf(run)).slice(-2)).toEqual(['result', 'leftover-cleared']);
  }
});

test('an undo of something else on the same target leaves it on the list', async () => {
  const node = fresh('worker');
  const run = await aRun(ledger);
  await carriedOut(cordonOf(run, node), { leaves: leaves(node) });
  const undo = uncordonOf(run, node, 'undo');
  await carriedOut({ ...undo, change: { ...undo.change, step: 'kubernetes.taintNode' } });
  expect(await leftAt(node)).toEqual([run]);
});

test('a later run that undoes the same adopts it, and both records say so', async () => {
  const node = fresh('worker');
  const first = await aRun(ledger);
  await carriedOut(cordonOf(first, node), { leaves: leaves(node) });
  const second = await aRun(ledger);
  expect(await carriedOut(uncordonOf(second, node, 'change'))).toEqual({
    adopted: [{ workflowId: first, what: `Cordon ${node}` }],
  });
  expect(await leftAt(node)).toEqual([]);
  expect((await kindsOf(first)).at(-1)).toBe('leftover-cleared');
  expect((await kindsOf(second)).at(-1)).toBe('leftover-adopted');
});

test('a later run that found nothing of its own to put back adopts nothing', async () => {
  const node = fresh('worker');
  const first = await aRun(ledger);
  await carriedOut(cordonOf(first, node), { leaves: leaves(node) });
  const second = await aRun(ledger);
  expect(await carriedOut(uncordonOf(second, node), { outcome: 'not-needed' })).toEqual({ adopted: [] });
  const elsewhere = { ...uncordonOf(await aRun(ledger), node), cluster: 'another' };
  expect(await carriedOut(elsewhere)).toEqual({ adopted: [] });
  expect(await leftAt(node)).toEqual([first]);
});

test('a step that is its own inverse adopts only with the input of the undo', async () => {
  const node = fresh('worker');
  const set = (workflowId: string, value: string) => {
    const intent = cordonOf(workflowId, node);
    return { ...intent, change: { ...intent.change, step: 'world.set', input: { value, name: node } } };
  };
  const first = await aRun(ledger);
  const undo = { ...uncordon(node), step: 'world.set', input: { name: node, value: 'on' } };
  await carriedOut(set(first, 'off'), { leaves: { ...leaves(node), undo } });
  await carriedOut(set(await aRun(ledger), 'other'));
  expect(await leftAt(node)).toEqual([first]);
  expect(await carriedOut(set(await aRun(ledger), 'on'))).toEqual({
    adopted: [{ workflowId: first, what: `Cordon ${node}` }],
  });
  expect(await leftAt(node)).toEqual([]);
});

const silenceOf = (workflowId: string, target: string, index = 0): IntentRequest => {
  const intent = anIntent(workflowId, { position: { kind: 'change', index } });
  return { ...intent, change: { ...intent.change, step: 'alertmanager.silence', target } };
};
const unsilence = (target: string, ...silencedBy: string[]): PlannedUndo => ({
  ...uncordon('none'),
  ...{ step: 'alertmanager.unsilence', target, preconditions: { silencedBy } },
});
const silenceLeft = (target: string, by: string): NewLeftover => ({
  ...leaves('none'),
  ...{ what: 'Silence them for 1h', endsMs: 3_600_000, undo: unsilence(target, by) },
});
const unsilenceOf = (workflowId: string, target: string, ...silencedBy: string[]): IntentRequest => {
  const intent = uncordonOf(workflowId, 'none');
  return { ...intent, change: { ...intent.change, ...unsilence(target, ...silencedBy) } };
};
const leftOn = async (target: string) => (await ledger.leftovers()).filter((l) => l.target === target);

test('ending silences takes exactly those off the list, not what another run keeps silent as well', async () => {
  const alerts = fresh('alerts');
  const [first, second, third] = [await aRun(ledger), await aRun(ledger), await aRun(ledger)];
  await carriedOut(silenceOf(first, alerts), { leaves: silenceLeft(alerts, 'first') });
  await carriedOut(silenceOf(second, alerts), { leaves: silenceLeft(alerts, 'second') });
  expect(await carriedOut(unsilenceOf(second, alerts, 'second'))).toEqual({ adopted: [] });
  expect(await leftOn(alerts)).toMatchObject([{ workflowId: first }]);
  expect(await carriedOut(unsilenceOf(third, alerts, 'first', 'third'))).toEqual({
    adopted: [{ workflowId: first, what: 'Silence them for 1h' }],
  });
  expect(await leftOn(alerts)).toEqual([]);
});

test('what ends by itself is left until then, and anew when it is done once more', async () => {
  const alerts = fresh('alerts');
  const run = await aRun(ledger);
  await carriedOut(silenceOf(run, alerts), { leaves: silenceLeft(alerts, 'one') });
  const [left] = await leftOn(alerts);
  expect(left).toMatchObject({ workflowId: run });
  await deployment.sql(
    `update leftovers set ends_at = clock_timestamp(), expires_at = clock_timestamp() where id = $1`,
    [left!.id],
  );
  expect(await leftOn(alerts)).toEqual([]);
  await carriedOut(silenceOf(run, alerts, 1), { leaves: silenceLeft(alerts, 'two') });
  expect(await leftOn(alerts)).toMatchObject([
    { workflowId: run, undo: { preconditions: { silencedBy: ['two'] } } },
  ]);
  expect((await kindsOf(run)).filter((kind) => kind === 'leftover')).toHaveLength(2);
  await ledger.sealRun({ workflowId: run, outcome: 'completed', result: null, journal: [] });
  const toAsk = async () => (await ledger.leftoversToAsk(100)).some((l) => l.target === alerts);
  await deployment.sql(`update leftovers set expires_at = clock_timestamp() where target = $1`, [alerts]);
  expect(await toAsk()).toBe(true);
  await deployment.sql(`update leftovers set ends_at = clock_timestamp() where target = $1`, [alerts]);
  expect(await toAsk()).toBe(false);
});

test('what a person did by hand is recorded during a freeze, after a stop and past the grant, but not beside an open attempt', async () => {
  const node = fresh('worker');
  const run = await aRun(ledger);
  const intent = cordonOf(run, node);
  const byHand = () =>
    ledger.recordByHand({ ...intent, output: { uid: 'u1' }, person: 'ada', leaves: leaves(node) });
  const freeze = await ledger.freeze({ scope: { kind: 'everything' }, reason: 'a test', by: 'ada' });
  await ledger.stopRun(run, { reason: 'enough', by: 'ada' });
  expect(await byHand()).toMatchObject({ state: 'recorded', outcome: 'by-hand', output: { uid: 'u1' } });
  expect(await byHand()).toMatchObject({ state: 'completed', outcome: 'by-hand' });
  await ledger.lift(freeze.id, 'ada');
  expect(await leftAt(node)).toEqual([run]);
  expect(await ledger.intents(run)).toMatchObject([
    { attempt: 1, result: { outcome: 'by-hand', settledBy: 'person', message: 'done by ada' } },
  ]);
  expect(
    await ledger.recordByHand({ ...intent, changeHash: 'other', output: {}, person: 'ada' }),
  ).toMatchObject({
    state: 'refused',
    message: expect.stringMatching(/begun as another change/),
  });
  const open = cordonOf(await aRun(ledger), fresh('worker'));
  await ledger.beginIntent(open);
  expect(await ledger.recordByHand({ ...open, output: {}, person: 'ada' })).toMatchObject({
    state: 'refused',
    message: expect.stringMatching(/no result yet/),
  });
});

test('its owner is asked again a day later, where the run that asked has ended without an answer', async () => {
  const node = fresh('worker');
  const run = await aRun(ledger);
  await carriedOut(cordonOf(run, node), { leaves: leaves(node) });
  const [left] = (await ledger.leftovers()).filter((l) => l.target === `node/${node}`);
  const end = (workflowId: string) =>
    ledger.sealRun({ workflowId, outcome: 'completed', result: null, journal: [] });
  await end(run);
  await ledger.keepLeftover({ id: left!.id, until: '2026-01-01T00:00:00Z', by: 'test', reason: 'over' });
  const toAsk = async () => (await ledger.leftoversToAsk(100)).some((l) => l.id === left!.id);
  expect(await toAsk()).toBe(true);
  await ledger.leftoverAsked(left!.id);
  expect(await toAsk()).toBe(false);
  const asking = await aRun(ledger, { runbook: 'left-behind', correlationKey: left!.id });
  await deployment.sql(`update leftovers set asked_at = asked_at - interval '25 hours' where id = $1`, [
    left!.id,
  ]);
  expect(await toAsk()).toBe(false);
  await end(asking);
  expect(await toAsk()).toBe(false);
  await deployment.sql(`update runs set ended_at = ended_at - interval '25 hours' where workflow_id = $1`, [
    asking,
  ]);
  expect(await toAsk()).toBe(true);
});
