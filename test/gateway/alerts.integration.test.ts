/** Promise 1 for alerts: whatever is acknowledged is started, once, whoever dies in between. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { deliverAlertmanager, deliverPagerduty, json, pagerdutyEvent, type Answer } from './deliveries.ts';
import { until } from '../setup/until.ts';
import { createHouse, type House, type Process } from './house.ts';

let house: House;
let gateways: [Process, Process];
beforeAll(async () => {
  house = await createHouse();
  gateways = await Promise.all([house.startGateway(), house.startGateway()]);
});
afterAll(() => house.close());

let service = 0;
beforeEach(() => void (service += 1));
const name = () => `service-${service}`;
const runsOf = async (key = name()) =>
  (await house.ledger.runs({ limit: 500 })).filter((run) => run.workflowId.includes(`/${key}/`));
const started = async (workflowId: string) =>
  (await house.ledger.run(workflowId))?.status === 'started' &&
  (await house.temporal.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';

test('the same alert, fifty times at once through two gateways, is one run', async () => {
  const responses = await Promise.all(
    Array.from({ length: 50 }, (_, i) => deliverAlertmanager(gateways[i % 2]!.url, { service: name() })),
  );
  const refused = responses.filter((r) => r.status !== 202);
  expect(await Promise.all(refused.map((r) => r.text()))).toEqual([]);
  const receipts = (await Promise.all(responses.map((r) => json<Answer>(r)))).flatMap((r) => r.alerts);
  expect(receipts.filter((r) => !r.duplicate)).toHaveLength(1);
  const runs = await runsOf();
  expect(runs.map((r) => r.workflowId)).toEqual([`service-sick/${name()}/1`]);
  await until(() => started(runs[0]!.workflowId));
  const list = house.temporal.workflow.list({ query: `WorkflowType="service-sick"` });
  await until(
    async () => (await house.temporal.workflow.count(`WorkflowId="${runs[0]!.workflowId}"`)).count === 1,
  );
  for await (const found of list) expect(found.workflowId).toBe(runs[0]!.workflowId);
});

test('resolved, then firing again, is a second run once the first is over; until then it joins', async () => {
  const post = (status: 'firing' | 'resolved', startsAt: string) =>
    deliverAlertmanager(gateways[0].url, { service: name(), status, startsAt }).then((r) => json<Answer>(r));
  await post('firing', '2026-11-21T02:00:00Z');
  const again = await post('firing', '2026-11-21T02:10:00Z');
  expect(again.alerts[0]?.runs).toEqual([{ workflowId: `service-sick/${name()}/1`, effect: 'joined' }]);
  const resolved = await post('resolved', '2026-11-21T02:10:00Z');
  expect(resolved.alerts[0]?.runs).toEqual([{ workflowId: `service-sick/${name()}/1`, effect: 'resolved' }]);
  // An alert that joins and is not heard before the end would start the next run.
  await until(() => started(`service-sick/${name()}/1`));
  await until(async () => (await house.ledger.signalsToDeliver(100)).length === 0);
  await house.ledger.sealRun({
    workflowId: `service-sick/${name()}/1`,
    outcome: 'completed',
    result: null,
    journal: [],
  });
  const second = await post('firing', '2026-11-21T04:00:00Z');
  expect(second.alerts[0]?.runs).toEqual([{ workflowId: `service-sick/${name()}/2`, effect: 'new' }]);
  await until(() => started(`service-sick/${name()}/2`));
});

test('Temporal away: acknowledged, written down, and started when it is back', async () => {
  await house.temporalServer.cut();
  const response = await deliverAlertmanager(gateways[1].url, { service: name() });
  expect(response.status).toBe(202);
  const ready = await fetch(`${gateways[1].url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await json(ready)).toMatchObject({ ready: false, ledger: 'ok' });
  expect((await runsOf()).map((r) => r.status)).toEqual(['received']);
  await house.temporalServer.mend();
  await until(() => started(`service-sick/${name()}/1`));
  await until(async () => (await fetch(`${gateways[1].url}/readyz`)).status === 200);
});

test('a gateway killed between acknowledging an alert and starting its run: another one starts it', async () => {
  await house.temporalServer.cut();
  const doomed = await house.startGateway();
  const response = await deliverAlertmanager(doomed.url, { service: name() });
  expect(response.status).toBe(202);
  expect(await doomed.kill('SIGKILL')).toBe('SIGKILL');
  expect((await runsOf()).map((r) => r.status)).toEqual(['received']);
  await house.temporalServer.mend();
  await until(() => started(`service-sick/${name()}/1`));
});

test('all gateways killed: the one that starts next starts the run', async () => {
  await house.temporalServer.cut();
  expect((await deliverAlertmanager(gateways[0].url, { service: name() })).status).toBe(202);
  await Promise.all(gateways.map((gateway) => gateway.kill('SIGKILL')));
  await house.temporalServer.mend();
  expect((await runsOf()).map((r) => r.status)).toEqual(['received']);
  gateways = await Promise.all([house.startGateway(), house.startGateway()]);
  await until(() => started(`service-sick/${name()}/1`));
});

test.each([
  ['also when nobody had written that down', (receivedAt: string) => ({ receivedAt })],
  ['also by a gateway of before, which left no memo', () => undefined],
])('a run that Temporal has already is started, %s', async (_, memo) => {
  await house.temporalServer.cut();
  await deliverAlertmanager(gateways[0].url, { service: name() });
  const workflowId = `service-sick/${name()}/1`;
  const { receivedAt } = (await house.ledger.run(workflowId))!;
  await house.temporal.workflow.start('service-sick', {
    workflowId,
    taskQueue: 'nightshift',
    args: ['earlier'],
    memo: memo(receivedAt),
  });
  await house.temporalServer.mend();
  await until(async () => (await house.ledger.run(workflowId))?.status === 'started');
  expect((await house.temporal.workflow.getHandle(workflowId).fetchHistory()).events?.[0]?.eventType).toBe(1);
  expect(await runsOf()).toHaveLength(1);
});

test('a ledger that was restored counts ordinals again: an id that Temporal has given away is left, and the alert gets a run', async () => {
  const lost = ['1', '2'].map((ordinal) => `service-sick/${name()}/${ordinal}`);
  for (const workflowId of lost) {
    const handle = await house.temporal.workflow.start('service-sick', {
      ...{ workflowId, taskQueue: 'nightshift', args: ['before the restore'] },
      memo: { receivedAt: '2026-11-20T00:00:00.000Z' },
    });
    await handle.terminate('the ledger does not know it');
  }
  const response = await deliverAlertmanager(gateways[0].url, { service: name() });
  const { alertId } = (await json<Answer>(response)).alerts[0]!;
  await until(() => started(`service-sick/${name()}/3`));
  for (const workflowId of lost)
    expect(await house.ledger.run(workflowId)).toMatchObject({
      outcome: 'terminated',
      result: expect.stringMatching(/^Temporal has another run under the id .* goes on as "service-sick/),
    });
  const [alert] = await house.ledger.alerts({ id: alertId, limit: 1 });
  expect(alert?.runs.at(-1)).toEqual({ workflowId: `service-sick/${name()}/3`, effect: 'new' });
  const repeated = await deliverAlertmanager(gateways[1].url, { service: name() });
  expect((await json<Answer>(repeated)).alerts[0]).toMatchObject({ alertId, duplicate: true });
});

test('a run that Temporal can never start fails and says why; it is in nobody’s way', async () => {
  // More than Temporal takes in a payload, and more than gRPC takes in a message.
  for (const [i, letters] of [2_500_000, 5_000_000].entries()) {
    const { workflowId } = await house.ledger.requestRun({
      ...{ runbook: 'by-hand', title: 'Too large', correlationKey: `${name()}-${i}`, dryRun: false },
      input: { service: 'x'.repeat(letters) },
      trigger: { kind: 'person', source: 'cli', authenticated: true, person: 'ana' },
      requestId: `${name()}-${i}`,
    });
    await until(async () => (await house.ledger.run(workflowId))?.status === 'ended');
    expect(await house.ledger.run(workflowId)).toMatchObject({
      outcome: 'failed',
      result: expect.stringMatching(/^Temporal refuses to start this run: .+/),
    });
  }
});

test('the ledger away: 503, and the repeated delivery is taken when it is back', async () => {
  await house.database.cut();
  const response = await deliverAlertmanager(gateways[0].url, { service: name() });
  expect(response.status).toBe(503);
  expect(await json(response)).toMatchObject({ code: 'ledger-away' });
  expect((await fetch(`${gateways[0].url}/healthz`)).status).toBe(200);
  // The test before cut Temporal off: this gateway may still be on its way back to it.
  const readiness = await until(async () => {
    const answer = await fetch(`${gateways[0].url}/readyz`);
    const says = await json<{ ready: boolean; temporal: string }>(answer);
    return says.temporal === 'ok' && says;
  });
  expect(readiness).toMatchObject({ ready: false, temporal: 'ok' });
  expect(await runsOf()).toEqual([]);
  await house.database.mend();
  expect((await deliverAlertmanager(gateways[0].url, { service: name() })).status).toBe(202);
  await until(() => started(`service-sick/${name()}/1`));
});

test('PagerDuty: a signed incident starts a run, its repetition does not, its resolution reaches it; other events are acknowledged', async () => {
  const run = `service-sick/${name()}/1`;
  const post = async (gateway: Process, type: string) => {
    const response = await deliverPagerduty(gateway.url, {
      event: pagerdutyEvent(type, `P${service}`, name()),
    });
    expect(response.status).toBe(202);
    return (await json<Answer>(response)).alerts;
  };
  const [first] = await post(gateways[0], 'incident.triggered');
  expect(first).toMatchObject({ duplicate: false, runs: [{ workflowId: run, effect: 'new' }], refused: [] });
  await until(() => started(run));
  expect((await house.ledger.run(run))?.trigger).toMatchObject({
    ...{ kind: 'alert', source: 'pagerduty', authenticated: true },
    alert: { name: 'ServiceSick', severity: 'high', labels: { incident: `P${service}`, service: name() } },
  });
  expect(await post(gateways[1], 'incident.triggered')).toMatchObject([
    { alertId: first!.alertId, duplicate: true },
  ]);
  expect(await post(gateways[1], 'incident.annotated')).toEqual([]);
  expect(await post(gateways[1], 'incident.resolved')).toMatchObject([
    { runs: [{ workflowId: run, effect: 'resolved' }] },
  ]);
  await until(async () => (await house.ledger.signalsToDeliver(100)).length === 0);
  expect(await runsOf()).toHaveLength(1);
});

test('PagerDuty: an incident of which no input can be made starts nothing, and is kept with the reason', async () => {
  const event = pagerdutyEvent('incident.triggered', `P${service}`);
  const { alerts } = await json<Answer>(await deliverPagerduty(gateways[0].url, { event }));
  expect(alerts[0]).toMatchObject({ duplicate: false, runs: [], refused: [{ runbook: 'service-sick' }] });
  const ana = await house.client(gateways[1], 'ana');
  const kept = await ana.alerts({ id: alerts[0]!.alertId });
  expect(kept.alerts).toMatchObject([
    {
      status: 'firing',
      runs: [],
      refused: [{ runbook: 'service-sick', message: expect.stringMatching(/service/) }],
    },
  ]);
});

test('its history tells how often it fired and what became of it', async () => {
  const startsAt = new Date(Date.now() - 50 * 60_000).toISOString();
  await deliverAlertmanager(gateways[0].url, { service: name(), startsAt });
  const ana = await house.client(gateways[1], 'ana');
  const label = [`service=${name()}`];
  expect(await ana.alertHistory({ name: 'ServiceSick', label, since: '1h', flapTimes: 2 })).toMatchObject({
    ...{ state: 'known', times: 1, firing: 1, outcomes: { open: 1 }, flapping: { flaps: false, lately: 1 } },
    fired: [{ from: startsAt, runs: [{ run: `service-sick/${name()}/1`, effect: 'new', outcome: null }] }],
  });
  expect(await ana.alertHistory({ label: [...label, 'pod=a=b'] })).toMatchObject({ state: 'unknown' });
  await expect(ana.alertHistory({ since: '1h' })).rejects.toMatchObject({
    ...{
      status: 400,
      fields: [{ field: 'querystring.name', message: expect.stringContaining('name the alert') }],
    },
  });
});

test('whoever cannot prove who they are changes nothing', async () => {
  const event = pagerdutyEvent('incident.triggered', 'forged');
  const refused = await Promise.all([
    deliverAlertmanager(gateways[0].url, { service: name(), bearer: 'wrong' }),
    fetch(`${gateways[0].url}/webhooks/alertmanager`, { method: 'POST' }),
    deliverPagerduty(gateways[0].url, { event, secret: 'wrong' }),
    deliverPagerduty(gateways[0].url, { event, signature: '' }),
  ]);
  expect(refused.map((r) => r.status)).toEqual([401, 401, 401, 401]);
  expect((await Promise.all(refused.map((r) => json<Answer>(r)))).map((r) => r.code)).toEqual([
    'bad-token',
    'bad-token',
    'bad-signature',
    'bad-signature',
  ]);
  expect(await runsOf()).toEqual([]);
  for (const [label, value] of [
    ['incident', 'forged'],
    ['service', name()],
  ] as const)
    expect(await house.ledger.alertHistory({ labels: { [label]: value }, since: '520w' })).toMatchObject({
      ever: false,
    });
});

test('a payload that is not what it should be: 400 with the field, nothing written', async () => {
  const send = (body: string, type = 'application/json') =>
    fetch(`${gateways[0].url}/webhooks/alertmanager`, {
      method: 'POST',
      headers: { 'content-type': type, authorization: 'Bearer alertmanager-token' },
      body,
    });
  const wrong = await send(JSON.stringify({ version: '4', alerts: [{ status: 'firing', labels: {} }] }));
  expect(wrong.status).toBe(400);
  expect((await json<Answer>(wrong)).fields.map((f) => f.field)).toEqual(['alerts.0.startsAt']);
  expect((await send('{')).status).toBe(400);
  expect((await send('a=b', 'application/x-www-form-urlencoded')).status).toBe(415);
});

test('a source nobody signs for starts runs that say so; one that is not configured takes nothing', async () => {
  const gateway = await house.startGateway({ alertSources: { alertmanager: { unauthenticated: true } } });
  expect((await deliverAlertmanager(gateway.url, { service: name(), bearer: 'whatever' })).status).toBe(202);
  expect((await runsOf())[0]?.trigger).toMatchObject({ authenticated: false, source: 'alertmanager' });
  const pagerduty = await deliverPagerduty(gateway.url, { event: pagerdutyEvent('incident.triggered') });
  expect([pagerduty.status, (await json<Answer>(pagerduty)).code]).toEqual([404, 'source-not-configured']);
  expect(await gateway.kill('SIGTERM')).toBe(0);
});
