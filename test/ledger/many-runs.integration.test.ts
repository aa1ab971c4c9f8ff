/** Many alerts and many runs: what waits, why, and when it goes on. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Ledger, TriggerMatch } from '../../ledger/api.ts';
import { until } from '../setup/until.ts';
import { aMatch, anAlert, createDeployment, fresh, type TestDeployment } from './deployment.ts';

let deployment: TestDeployment;
let here: Ledger;
let there: Ledger;
beforeAll(async () => {
  deployment = await createDeployment();
  [here, there] = await Promise.all([deployment.open(), deployment.open()]);
});
afterAll(() => deployment.end());

const fire = async (match: TriggerMatch, ledger = here) =>
  (await ledger.receiveAlert(anAlert(), [match])).runs[0]!;
const end = (workflowId: string) =>
  here.sealRun({ workflowId, outcome: 'completed', result: null, journal: [] });
const toStart = async () => (await here.runsToStart(1_000)).map((run) => run.workflowId);
const waits = async (workflowId: string) => (await here.run(workflowId))?.waits;
/** What it waits for by the clock has come. */
const itIsTime = (workflowId: string) =>
  deployment.sql('update runs set not_before = clock_timestamp() where workflow_id = $1', [workflowId]);

test('queue: the next run starts when the first has ended, and says meanwhile what it waits for', async () => {
  const match = aMatch({ onRepeat: 'queue', input: { node: 'worker-1' } });
  const first = await fire(match);
  const second = await fire({ ...match, input: { node: 'worker-2' } });
  const third = await fire({ ...match, input: { node: 'worker-3' } });
  expect([first.effect, second.effect, third.effect]).toEqual(['new', 'queued', 'queued']);
  expect(await fire({ ...match, input: { node: 'worker-3' } })).toEqual({ ...third, effect: 'joined' });
  expect(await waits(second.workflowId)).toEqual({
    what: 'is queued behind another run of the same incident',
    on: [first.workflowId],
  });
  await here.runStarted(first.workflowId);
  expect(await toStart()).not.toContain(second.workflowId);
  await end(first.workflowId);
  expect(await toStart()).toContain(second.workflowId);
  expect(await toStart()).not.toContain(third.workflowId);
  expect(await waits(second.workflowId)).toBeUndefined();
});

test('whoever dispatches hears that a run has ended, so that the next one need not wait for a sweep', async () => {
  const { workflowId } = await fire(aMatch());
  await here.runStarted(workflowId);
  const notices: string[] = [];
  const stop = there.onWork((notice) => notices.push(notice));
  await until(async () => notices.includes('listening'));
  notices.length = 0;
  await end(workflowId);
  await until(async () => notices.includes('run'));
  stop();
});

test('forty alerts at once through two gateways are one run with forty targets', async () => {
  const match = aMatch({
    gather: {
      forMs: 3_600_000,
      merge: (inputs) => ({ nodes: inputs.flatMap((i) => (i as { nodes: string[] }).nodes) }),
    },
    onRepeat: 'queue',
    whenAlertResolves: 'stop-before-first-change',
  });
  const nodes = Array.from({ length: 40 }, (_, i) => `worker-${i}`);
  const alerts = nodes.map(() => anAlert());
  const effects = await Promise.all(
    nodes.map(async (node, i) => {
      const answer = await (i % 2 ? here : there).receiveAlert(alerts[i]!, [
        { ...match, input: { nodes: [node] } },
      ]);
      return answer.runs[0]!;
    }),
  );
  expect(new Set(effects.map((e) => e.workflowId)).size).toBe(1);
  expect(effects.filter((e) => e.effect === 'gathered')).toHaveLength(39);
  const { workflowId } = effects[0]!;
  expect(await waits(workflowId)).toMatchObject({ what: 'gathers alerts', until: expect.any(String) });
  // One of forty has recovered: the others have not.
  expect((await here.receiveAlert({ ...alerts[0]!, status: 'resolved' }, [])).runs).toEqual([]);
  expect(await toStart()).not.toContain(workflowId);
  await itIsTime(workflowId);
  expect(await toStart()).toContain(workflowId);
  const { input } = (await here.run(workflowId))!;
  expect((input as { nodes: string[] }).nodes.toSorted()).toEqual(nodes.toSorted());
  expect(await fire({ ...match, input: { nodes: ['late'] } })).toMatchObject({ effect: 'queued' });
  for (const alert of alerts.slice(1)) await here.receiveAlert({ ...alert, status: 'resolved' }, []);
  const signals = await deployment.sql('select kind from signals where workflow_id = $1', [workflowId]);
  expect(signals).toEqual([{ kind: 'resolved' }]);
});

test('an alert that nobody signed can be added to a run that somebody vouches for; then nobody vouches for the run', async () => {
  const merge = (inputs: readonly unknown[]) => ({
    nodes: inputs.flatMap((i) => (i as { nodes: string[] }).nodes),
  });
  for (const authenticated of [true, false]) {
    const match = aMatch({ gather: { forMs: 3_600_000, merge }, input: { nodes: ['worker-1'] } });
    const { workflowId } = await fire(match);
    const added = { ...match, input: { nodes: ['worker-2'] } };
    const { runs } = await there.receiveAlert(anAlert({ authenticated }), [added]);
    expect(runs).toEqual([{ workflowId, effect: 'gathered' }]);
    expect(await here.run(workflowId)).toMatchObject({
      input: { nodes: ['worker-1', 'worker-2'] },
      trigger: { kind: 'alert', authenticated },
    });
  }
});

test('no more runs of a runbook at once than it allows, also with two dispatchers; the others say who is before them', async () => {
  const runbook = fresh('node-sick');
  const runs = await Promise.all(
    Array.from({ length: 6 }, (_, i) => fire(aMatch({ runbook, runsAtOnce: 2 }), i % 2 ? here : there)),
  );
  const mine = async (ledger: Ledger) =>
    (await ledger.runsToStart(1_000)).filter((run) => run.runbook === runbook);
  const both = (await Promise.all([mine(here), mine(there)])).flat().map((run) => run.workflowId);
  const admitted = [...new Set(both)];
  expect(admitted).toHaveLength(2);
  const waiting = runs.map((r) => r.workflowId).filter((id) => !admitted.includes(id));
  expect(await waits(waiting[0]!)).toEqual({
    what: `2 runs of ${runbook} at once, and no place is free`,
    on: expect.arrayContaining(admitted),
  });
  await Promise.all(admitted.map((id) => here.runStarted(id)));
  expect(await mine(here)).toEqual([]);
  await end(admitted[0]!);
  expect(await mine(there)).toHaveLength(1);
});

test('a person’s run takes a place like any other, a dry run takes none', async () => {
  const runbook = fresh('node-sick');
  const ask = (dryRun: boolean) =>
    here.requestRun({
      ...{ runbook, title: 'Node sick', input: {}, correlationKey: fresh('key'), dryRun, runsAtOnce: 1 },
      trigger: { kind: 'person', source: 'cli', authenticated: true, person: 'ana' },
      requestId: fresh('request'),
    });
  const [first, second, dry] = [await ask(false), await ask(false), await ask(true)];
  const ids = await toStart();
  expect([first, second, dry].map((run) => ids.includes(run.workflowId))).toEqual([true, false, true]);
});

test('after a run has ended the next of the same incident cools down, and starts by itself', async () => {
  const match = aMatch({ cooldownMs: 3_600_000 });
  const first = await fire(match);
  await end(first.workflowId);
  const second = await fire(match);
  expect(second.effect).toBe('delayed');
  expect(await waits(second.workflowId)).toMatchObject({ what: 'cools down after the last run' });
  expect(await fire(match)).toEqual({ ...second, effect: 'joined' });
  expect(await toStart()).not.toContain(second.workflowId);
  await itIsTime(second.workflowId);
  expect(await toStart()).toContain(second.workflowId);
});

test('an incident that flaps is held back, and says so', async () => {
  const match = aMatch({ flapping: { runs: 2, withinMs: 3_600_000 } });
  for (const ordinal of [1, 2]) {
    const { effect, workflowId } = await fire(match);
    expect([effect, workflowId.endsWith(`/${ordinal}`)]).toEqual(['new', true]);
    await end(workflowId);
  }
  const third = await fire(match);
  expect(third.effect).toBe('delayed');
  expect((await waits(third.workflowId))?.what).toMatch(/^flaps: 2 runs since 20/);
  expect(await toStart()).not.toContain(third.workflowId);
});

test('why a runbook did not start is kept with the alert', async () => {
  const refused = [{ runbook: 'node-sick', message: 'input.node: is missing' }];
  const { alertId } = await here.receiveAlert(anAlert({ name: 'Odd' }), [], refused);
  const { workflowId, effect } = await (async () => {
    const answer = await here.receiveAlert(anAlert({ name: 'Odd' }), [aMatch()]);
    return answer.runs[0]!;
  })();
  const [newest, oldest] = await there.alerts({ name: 'Odd', limit: 10 });
  expect(newest).toMatchObject({ runs: [{ workflowId, effect }], refused: [] });
  expect(oldest).toMatchObject({ id: alertId, runs: [], refused });
  expect(await there.alerts({ id: alertId, limit: 1 })).toEqual([oldest]);
});
