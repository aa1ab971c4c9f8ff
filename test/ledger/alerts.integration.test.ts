import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Ledger } from '../../ledger/api.ts';
import { aMatch, anAlert, anIntent, aRun, createDeployment, type TestDeployment } from './deployment.ts';

let deployment: TestDeployment;
let here: Ledger;
let there: Ledger;
beforeAll(async () => {
  deployment = await createDeployment();
  [here, there] = await Promise.all([deployment.open(), deployment.open()]);
});
afterAll(() => deployment.end());

const either = (i: number): Ledger => (i % 2 === 0 ? here : there);
const fifty = Array.from({ length: 50 }, (_, i) => i);
const signalsOf = (workflowId: string) =>
  deployment.sql<{ kind: string; alert_id: string }>('select * from signals where workflow_id = $1', [
    workflowId,
  ]);

test('one alert delivered fifty times at once through two gateways gives one run', async () => {
  const [alert, match] = [anAlert(), aMatch()];
  const answers = await Promise.all(fifty.map((i) => either(i).receiveAlert(alert, [match])));
  expect(answers.filter((a) => !a.duplicate)).toHaveLength(1);
  expect(new Set(answers.map((a) => a.alertId)).size).toBe(1);
  const runs = new Set(answers.flatMap((a) => a.runs.map((r) => `${r.workflowId} ${r.effect}`)));
  expect([...runs]).toEqual([`pods-crash-on-one-node/${match.correlationKey}/1 new`]);
});

test('fifty different alerts of one incident give one run and tell it of the others, once each', async () => {
  const match = aMatch();
  const alerts = fifty.map(() => anAlert());
  const answers = await Promise.all(alerts.map((alert, i) => either(i).receiveAlert(alert, [match])));
  const effects = answers.map((a) => a.runs[0]!.effect);
  expect(effects.filter((e) => e === 'new')).toHaveLength(1);
  expect(effects.filter((e) => e === 'joined')).toHaveLength(49);
  const { workflowId } = answers[0]!.runs[0]!;
  await Promise.all(alerts.map((alert, i) => either(i).receiveAlert(alert, [match])));
  expect(await signalsOf(workflowId)).toHaveLength(49);
});

test('an alert that matches two runbooks starts both, whatever the order in which others lock them', async () => {
  const [a, b] = [aMatch({ runbook: 'a' }), aMatch({ runbook: 'b' })];
  const answers = await Promise.all(
    fifty.slice(0, 20).map((i) => either(i).receiveAlert(anAlert(), i % 3 === 0 ? [a, b] : [b, a])),
  );
  const fresh = answers.flatMap((x) => x.runs).filter((r) => r.effect === 'new');
  expect(fresh.map((r) => r.workflowId).sort()).toEqual([
    `a/${a.correlationKey}/1`,
    `b/${b.correlationKey}/1`,
  ]);
});

test('a repeat is ignored where the runbook says so', async () => {
  const match = aMatch({ onRepeat: 'ignore' });
  const first = await here.receiveAlert(anAlert(), [match]);
  const second = await there.receiveAlert(anAlert(), [match]);
  expect(second.runs).toEqual([{ workflowId: first.runs[0]!.workflowId, effect: 'ignored' }]);
  expect(await signalsOf(first.runs[0]!.workflowId)).toEqual([]);
});

test('resolved before the first change: the run is stopped, and firing again is a new incident at once', async () => {
  const [alert, match] = [anAlert(), aMatch()];
  const { workflowId } = (await here.receiveAlert(alert, [match])).runs[0]!;
  await here.runStarted(workflowId);
  const resolved = await there.receiveAlert({ ...alert, status: 'resolved' }, [match]);
  expect(resolved.runs).toEqual([{ workflowId, effect: 'resolved' }]);
  expect(await here.beginIntent(anIntent(workflowId))).toEqual({
    state: 'refused',
    why: 'stopped',
    message: 'the run was stopped by the alert: the alert resolved',
  });
  expect(await here.beginIntent(anIntent(workflowId, { risk: 'notify' }))).toMatchObject({ state: 'begun' });
  expect(
    await here.beginIntent(
      anIntent(workflowId, { risk: 'diagnostic', position: { kind: 'put-back', index: 0 } }),
    ),
  ).toMatchObject({ state: 'begun' });
  const again = await here.receiveAlert({ ...alert, startedAt: '2026-11-21T03:10:00.000Z' }, [match]);
  expect(again.runs).toEqual([
    { workflowId: `pods-crash-on-one-node/${match.correlationKey}/2`, effect: 'new' },
  ]);
  const pending = (await here.signalsToDeliver(1_000)).filter((s) => s.workflowId === workflowId);
  expect(pending.map((s) => s.kind)).toEqual(['resolved']);
});

test('resolved after the first change of a run that it started: the run goes on', async () => {
  const [alert, match] = [anAlert(), aMatch()];
  const { workflowId } = (await here.receiveAlert(alert, [match])).runs[0]!;
  await here.runStarted(workflowId);
  const startedBy = (run: string) =>
    aRun(here, { trigger: { kind: 'run', source: 'test', run, authenticated: true } });
  const grandchild = await startedBy(await startedBy(workflowId));
  expect(await here.beginIntent(anIntent(grandchild))).toMatchObject({ state: 'begun' });
  expect(await here.orders(workflowId)).toMatchObject({ hasChanged: true });
  await here.receiveAlert({ ...alert, status: 'resolved' }, [match]);
  expect(await here.beginIntent(anIntent(workflowId))).toMatchObject({ state: 'begun' });
});

test('a run whose own alert has resolved goes on while another that joined it fires, and stops with the last', async () => {
  for (const onRepeat of ['join', 'ignore'] as const) {
    const [first, second, match] = [anAlert(), anAlert(), aMatch({ onRepeat })];
    const { workflowId } = (await here.receiveAlert(first, [match])).runs[0]!;
    await there.receiveAlert(second, [match]);
    expect((await here.receiveAlert({ ...first, status: 'resolved' }, [match])).runs).toEqual([]);
    expect((await here.receiveAlert(anAlert(), [match])).runs[0]).toMatchObject({ workflowId });
    expect(await here.beginIntent(anIntent(workflowId))).toMatchObject({ state: 'begun' });
  }
  const [first, second, match] = [anAlert(), anAlert(), aMatch()];
  const { workflowId } = (await here.receiveAlert(first, [match])).runs[0]!;
  await there.receiveAlert(second, [match]);
  await here.receiveAlert({ ...first, status: 'resolved' }, [match]);
  expect((await there.receiveAlert({ ...second, status: 'resolved' }, [match])).runs).toEqual([
    { workflowId, effect: 'resolved' },
  ]);
  expect(await here.beginIntent(anIntent(workflowId))).toMatchObject({ why: 'stopped' });
});

test('two alerts of one run that resolve at the same moment: the run hears it once', async () => {
  for (let round = 0; round < 15; round += 1) {
    const [first, second, match] = [anAlert(), anAlert(), aMatch()];
    const { workflowId } = (await here.receiveAlert(first, [match])).runs[0]!;
    await there.receiveAlert(second, [match]);
    await Promise.all([
      here.receiveAlert({ ...first, status: 'resolved' }, []),
      there.receiveAlert({ ...second, status: 'resolved' }, []),
    ]);
    const told = (await signalsOf(workflowId)).filter((s) => s.kind === 'resolved');
    expect(told).toHaveLength(1);
  }
});

test('resolved after the first change: the incident stays open, and firing again joins', async () => {
  const [alert, match] = [anAlert(), aMatch()];
  const { workflowId } = (await here.receiveAlert(alert, [match])).runs[0]!;
  await here.beginIntent(anIntent(workflowId));
  await here.receiveAlert({ ...alert, status: 'resolved' }, [match]);
  const next = anIntent(workflowId, { position: { kind: 'change', index: 1 } });
  expect(await there.beginIntent(next)).toMatchObject({ state: 'begun' });
  const again = await here.receiveAlert({ ...alert, startedAt: '2026-11-21T03:10:00.000Z' }, [match]);
  expect(again.runs).toEqual([{ workflowId, effect: 'joined' }]);
  await here.sealRun({ workflowId, outcome: 'completed', result: null, journal: [] });
  const later = await here.receiveAlert({ ...alert, startedAt: '2026-11-21T04:10:00.000Z' }, [match]);
  expect(later.runs[0]).toMatchObject({ effect: 'new' });
});

test('telling people is no first change; a runbook that finishes is not stopped', async () => {
  const [alert, match] = [anAlert(), aMatch()];
  const { workflowId } = (await here.receiveAlert(alert, [match])).runs[0]!;
  await here.beginIntent(anIntent(workflowId, { risk: 'diagnostic' }));
  await here.receiveAlert({ ...alert, status: 'resolved' }, []);
  const next = anIntent(workflowId, { position: { kind: 'change', index: 1 } });
  expect(await here.beginIntent(next)).toMatchObject({ why: 'stopped' });

  const [other, finishing] = [anAlert(), aMatch({ whenAlertResolves: 'finish' })];
  const finish = (await here.receiveAlert(other, [finishing])).runs[0]!.workflowId;
  await here.receiveAlert({ ...other, status: 'resolved' }, []);
  expect(await here.beginIntent(anIntent(finish))).toMatchObject({ state: 'begun' });
  expect((await here.receiveAlert(anAlert(), [finishing])).runs).toEqual([
    { workflowId: finish, effect: 'joined' },
  ]);
});

test('resolving and the first change at the same moment: one of them is first, and both agree which', async () => {
  for (let round = 0; round < 15; round += 1) {
    const [alert, match] = [anAlert(), aMatch()];
    const { workflowId } = (await here.receiveAlert(alert, [match])).runs[0]!;
    const [begun] = await Promise.all([
      here.beginIntent(anIntent(workflowId)),
      there.receiveAlert({ ...alert, status: 'resolved' }, [match]),
    ]);
    const again = await there.receiveAlert({ ...alert, startedAt: '2026-11-21T03:10:00.000Z' }, [match]);
    expect([begun.state, again.runs[0]!.effect]).toEqual(
      begun.state === 'begun' ? ['begun', 'joined'] : ['refused', 'new'],
    );
  }
});

test('a resolved alert starts nothing, and one that overtook its own firing leaves nothing to stop', async () => {
  const [alert, match] = [anAlert(), aMatch()];
  expect((await here.receiveAlert({ ...alert, status: 'resolved' }, [match])).runs).toEqual([]);
  expect((await here.receiveAlert(alert, [match])).runs).toEqual([]);
  const finishing = await here.receiveAlert({ ...alert, startedAt: '2026-11-21T03:10:00.000Z' }, [match]);
  expect(finishing.runs[0]).toMatchObject({ effect: 'new' });
});

test('also where the end carries its own time, as PagerDuty’s does', async () => {
  const [alert, match] = [anAlert({ source: 'pagerduty' }), aMatch()];
  const ended = { ...alert, status: 'resolved' as const, startedAt: '2026-11-21T02:49:30.000Z' };
  await here.receiveAlert(ended, [match]);
  expect((await here.receiveAlert(alert, [match])).runs).toEqual([]);
  const reopened = await here.receiveAlert({ ...alert, startedAt: '2026-11-21T02:55:00.000Z' }, [match]);
  expect(reopened.runs[0]).toMatchObject({ effect: 'new' });
});

test('the late end of an earlier occurrence does not stop the present one', async () => {
  const [alert, match] = [anAlert({ startedAt: '2026-11-21T05:00:00.000Z' }), aMatch()];
  const { workflowId } = (await here.receiveAlert(alert, [match])).runs[0]!;
  const late = { ...alert, status: 'resolved' as const, startedAt: '2026-11-21T01:00:00.000Z' };
  expect((await here.receiveAlert(late, [match])).runs).toEqual([]);
  expect(await here.beginIntent(anIntent(workflowId))).toMatchObject({ state: 'begun' });
});

test('firing and resolved delivered at the same moment never leave a run that was not told', async () => {
  for (let round = 0; round < 15; round += 1) {
    const [alert, match] = [anAlert(), aMatch()];
    const [fired] = await Promise.all([
      here.receiveAlert(alert, [match]),
      there.receiveAlert({ ...alert, status: 'resolved' }, [match]),
    ]);
    for (const { workflowId } of fired.runs) {
      expect((await signalsOf(workflowId)).map((s) => s.kind)).toEqual(['resolved']);
    }
  }
});

test('a person trying a runbook out does not swallow an alert', async () => {
  const match = aMatch({ runbook: 'restart-service', correlationKey: 'shared' });
  await here.requestRun({
    runbook: 'restart-service',
    title: 'Restart',
    input: {},
    correlationKey: 'shared',
    trigger: { kind: 'person', source: 'cli', authenticated: true, person: 'ada' },
    dryRun: true,
    requestId: 'try-1',
  });
  expect((await there.receiveAlert(anAlert(), [match])).runs[0]).toMatchObject({ effect: 'new' });
});

test('an alert with characters that databases cannot hold is received', async () => {
  const labels = { service: 'a\0b', '\ud800': '\ud800x' };
  const answer = await here.receiveAlert(anAlert({ labels, raw: { text: '\0\ud800' } }), [aMatch()]);
  const run = await here.run(answer.runs[0]!.workflowId);
  expect(run?.trigger.alert?.labels).toEqual({ service: 'a\uFFFDb', '\uFFFD': '\uFFFDx' });
  await here.seal();
});

test('the history of an alert: when it fired, when it ended, and what became of its runs', async () => {
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const [first, over, second] = [ago(50), ago(38), ago(20)];
  const alert = anAlert({ name: 'DiskFull', labels: { node: 'worker-3', service: 'db' }, startedAt: first });
  const match = aMatch({ runbook: 'disk-full', whenAlertResolves: 'finish' });
  const { workflowId } = (await here.receiveAlert(alert, [match])).runs[0]!;
  await here.receiveAlert({ ...alert, status: 'resolved', endedAt: over }, []);
  await here.sealRun({ workflowId, outcome: 'handed-over', result: null, journal: [] });
  await here.receiveAlert({ ...alert, startedAt: second }, [{ ...match, shadow: true }]);
  const history = await here.alertHistory({ name: 'DiskFull', labels: { node: 'worker-3' }, since: '1h' });
  expect(history).toMatchObject({ ever: true, truncated: false });
  const { fingerprint } = alert;
  const of = { name: 'DiskFull', source: 'alertmanager', fingerprint, labels: alert.labels };
  expect(history.firings).toEqual([
    // What only tries is no run of it.
    { ...of, from: second, endedAt: null, nextFrom: null, runs: [] },
    {
      ...{ ...of, from: first, endedAt: over, nextFrom: second },
      runs: [{ run: workflowId, runbook: 'disk-full', effect: 'new', outcome: 'handed-over' }],
    },
  ]);
});

test('an end of which nobody told the time is when it was received', async () => {
  const alert = anAlert({ name: 'Untimed', startedAt: new Date(Date.now() - 600_000).toISOString() });
  await here.receiveAlert(alert, []);
  await here.receiveAlert({ ...alert, status: 'resolved' }, []);
  const { firings } = await here.alertHistory({ name: 'Untimed', labels: {}, since: '1h' });
  expect(firings).toMatchObject([{ from: alert.startedAt, endedAt: expect.any(String) }]);
  expect(Date.parse(firings[0]!.endedAt!)).toBeGreaterThan(Date.parse(alert.startedAt) + 300_000);
});

test('one that began before the time and lasted into it counts; one that was over does not', async () => {
  const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  // For a month somebody has lived with it: it fires all the same.
  const [long, short] = [24 * 30, 6].map((hours) => anAlert({ name: 'Slow', startedAt: ago(hours) }));
  await here.receiveAlert(long!, []);
  await here.receiveAlert(short!, []);
  await here.receiveAlert({ ...short!, status: 'resolved', endedAt: ago(4) }, []);
  const within = async (since: string) =>
    (await here.alertHistory({ name: 'Slow', labels: {}, since })).firings.map((f) => f.fingerprint);
  expect(await within('2h')).toEqual([long!.fingerprint]);
  expect(await within('1d')).toEqual([short!.fingerprint, long!.fingerprint]);
});

test('of an alert that fired long ago and one that never came, the history can tell which is which', async () => {
  const rare = anAlert({ name: 'Rare', startedAt: '2026-01-01T00:00:00.000Z' });
  await here.receiveAlert(rare, []);
  await here.receiveAlert({ ...rare, status: 'resolved', endedAt: '2026-01-01T01:00:00.000Z' }, []);
  const of = (name: string) => here.alertHistory({ name, labels: {}, since: '1d' });
  expect(await of('Rare')).toMatchObject({ ever: true, firings: [] });
  expect(await of('Never')).toMatchObject({ ever: false, firings: [], heardSince: expect.any(String) });
  const { fingerprint } = anAlert();
  expect(await here.alertHistory({ fingerprint, labels: { '\0': 'x' }, since: '1d' })).toMatchObject({
    ever: false,
  });
});

test('the same request of a person is one run; the same id for something else is refused', async () => {
  const request = {
    runbook: 'restart-service',
    title: 'Restart',
    input: { host: 'worker-3' },
    correlationKey: 'worker-3',
    trigger: { kind: 'person' as const, source: 'cli', authenticated: true, person: 'ada' },
    dryRun: false,
    requestId: 'request-77',
  };
  const rows = await Promise.all(fifty.slice(0, 20).map((i) => either(i).requestRun(request)));
  expect(new Set(rows.map((r) => r.workflowId))).toEqual(new Set(['restart-service/worker-3/1']));
  await expect(here.requestRun({ ...request, input: { host: 'worker-4' } })).rejects.toThrow(
    'the request "request-77" was used for another run (restart-service/worker-3/1)',
  );
});

test('a run waits at received until it was started, and every process hears of new work', async () => {
  const notices: string[] = [];
  const listening = Promise.withResolvers<void>();
  const heard = Promise.withResolvers<void>();
  const stop = there.onWork((notice) => {
    notices.push(notice);
    if (notice === 'listening') listening.resolve();
    if (notice === 'run') heard.resolve();
  });
  await listening.promise;
  const workflowId = await aRun(here);
  await heard.promise;
  stop();
  expect((await there.runsToStart(1_000)).map((r) => r.workflowId)).toContain(workflowId);
  await Promise.all([here.runStarted(workflowId), there.runStarted(workflowId)]);
  expect((await here.runsToStart(1_000)).map((r) => r.workflowId)).not.toContain(workflowId);
  expect(await here.run(workflowId)).toMatchObject({ status: 'started', dryRun: false });
  const entries = await deployment.sql(
    `select kind from record_entries where workflow_id = $1 and kind = 'run-started'`,
    [workflowId],
  );
  expect(entries).toHaveLength(1);
});
