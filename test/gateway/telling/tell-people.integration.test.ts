/** Whatever the record says is told: once, in time, and whoever dies in between. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { parseConfig, secret } from '../../../config/index.ts';
import { createLogger } from '../../../gateway/log.ts';
import { URGENT } from '../../../gateway/telling/grouped.ts';
import { takeNews, tellPeople } from '../../../gateway/telling/tell-people.ts';
import type { Ledger } from '../../../ledger/api.ts';
import {
  aMatch,
  anAlert,
  anIntent,
  aRun,
  createDeployment,
  type TestDeployment,
} from '../../ledger/deployment.ts';
import { until } from '../../setup/until.ts';
import { questionFor } from '../question.ts';
import { startReceiver, type Receiver } from './receiver.ts';

let deployment: TestDeployment;
let ledger: Ledger;
let receiver: Receiver;
let stops: (() => Promise<void>)[] = [];
beforeAll(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
});
afterAll(() => deployment.end());
beforeEach(async () => void (receiver = await startReceiver()));
afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()));
  stops = [];
  await receiver.close();
});

const configured = (telling: object = {}) =>
  parseConfig({
    ...{ deployment: 'test', development: true, stateDir: 'state' },
    database: { url: secret.literal('postgres://localhost/x') },
    telling: { channels: { chat: { webhook: { url: receiver.url } } }, ...telling },
  });
const runbooks = [{ id: 'restart-service', owner: 'shop-oncall' }];
const start = (telling: object = {}) =>
  stops.push(
    tellPeople({ ledger, runbooks, config: configured(telling), log: createLogger('silent'), everyMs: 50 }),
  );

/** A run that has asked; its question's title is of its own. */
async function ask(title: string, question = questionFor({ title })) {
  const workflowId = await aRun(ledger);
  await ledger.openQuestion({ workflowId, runbook: 'sick', question });
  return workflowId;
}
const titles = () =>
  receiver.received.flatMap(({ body }) =>
    (body['tellings'] as { title: string }[]).map(({ title }) => title),
  );
const messagesOf = (workflowId: string) => ledger.messages({ workflowId, limit: 100 });
const arrived = (channel: string, workflowId: string) =>
  until(async () => (await messagesOf(workflowId)).find((m) => m.channel === channel)?.deliveredAt);
/** Waits until so many messages of a run are done with. */
const done = (workflowId: string, count: number) =>
  until(async () => {
    const messages = await messagesOf(workflowId);
    return messages.length === count && messages.every((m) => m.deliveredAt ?? m.givenUpAt);
  });

test('two gateways tell a question and its answer once each', async () => {
  start();
  start();
  const run = await ask('once');
  await until(() => titles().includes('payments-oncall: once'));
  await ledger.closeQuestion({ workflowId: run, questionId: 'q1', closedAs: 'approve' });
  await done(run, 2);
  expect(titles().filter((title) => title.endsWith('once'))).toEqual([
    'payments-oncall: once',
    'approve: once',
  ]);
});

test('a channel that is away is told when it is back, under the same key', async () => {
  let away = true;
  receiver.reply = () => (away ? { status: 429, headers: { 'retry-after': '1' } } : undefined);
  start();
  const run = await ask('away');
  await until(async () => (await messagesOf(run))[0]?.problem === 'it answered 429');
  away = false;
  await done(run, 1);
  const keys = receiver.received.map(({ headers }) => headers['idempotency-key']);
  expect(new Set(keys).size).toBe(1);
  expect(keys.length).toBeGreaterThan(1);
});

test('one that will never take it is given up, and says why; others are told', async () => {
  receiver.reply = ({ path }) => (path === '/wrong' ? { status: 404 } : undefined);
  start({
    channels: {
      wrong: { webhook: { url: `${receiver.url}/wrong` } },
      right: { webhook: { url: `${receiver.url}/right` } },
    },
  });
  const run = await ask('wrong');
  await done(run, 2);
  expect(Object.fromEntries((await messagesOf(run)).map((m) => [m.channel, m.problem]))).toEqual({
    wrong: 'it answered 404',
    right: undefined,
  });
});

test('a gateway that dies before it has written that a message was sent: the next one sends it with the same key', async () => {
  const config = configured();
  const run = await ask('dies');
  await takeNews({ ledger, runbooks, config });
  const [taken] = await ledger.messagesToDeliver({ channel: 'chat', limit: 10, leaseMs: 100 });
  expect(taken?.workflowId).toBe(run);
  start();
  await done(run, 1);
  expect(receiver.received.map(({ headers }) => headers['idempotency-key'])).toEqual([taken?.id]);
});

test('what can wait is told together where there is much of it; what is asked is told by itself, and first', async () => {
  const config = configured();
  const run = await ask('many');
  for (let n = 2; n < 8; n += 1) {
    const question = questionFor({ id: `q${n}`, title: `many ${n}` });
    await ledger.openQuestion({ workflowId: run, runbook: 'sick', question });
    await ledger.closeQuestion({ workflowId: run, questionId: `q${n}`, closedAs: 'expired' });
  }
  await takeNews({ ledger, runbooks, config });
  start();
  await done(run, 13);
  const sizes = receiver.received.map(({ body }) => (body['tellings'] as object[]).length);
  expect(sizes).toEqual([1, 1, 1, 1, 1, 1, 1, 6]);
});

test('no more a minute than the configuration says', async () => {
  const config = configured({ perMinute: 2 });
  for (const n of [1, 2, 3]) await ask(`rate ${n}`);
  await takeNews({ ledger, runbooks, config });
  start({ perMinute: 2 });
  await until(() => receiver.received.length === 2);
  await until(async () => (await ledger.messages({ limit: 3 })).filter((m) => m.deliveredAt).length === 2);
  const waiting = (await ledger.messages({ limit: 3 })).filter((m) => !m.deliveredAt);
  expect(waiting).toMatchObject([{ attempts: 0 }]);
});

test('without channels nothing is kept', async () => {
  const run = await ask('nobody');
  const config = { ...configured(), telling: undefined };
  await takeNews({ ledger, runbooks, config });
  expect(await messagesOf(run)).toEqual([]);
  expect(await ledger.takeNews(10, () => [])).toBe(0);
});

test('nothing is lost where composing fails half-way', async () => {
  const run = await ask('again');
  await expect(
    ledger.takeNews(10, () => {
      throw new Error('half-way');
    }),
  ).rejects.toThrow('half-way');
  await takeNews({ ledger, runbooks, config: configured() });
  expect(await messagesOf(run)).toHaveLength(1);
});

test('a channel that hangs keeps no other waiting', async () => {
  const hanging = await startReceiver();
  let asked = false;
  hanging.reply = () => {
    asked = true;
    return { never: true };
  };
  start({
    channels: { slow: { webhook: { url: hanging.url } }, quick: { webhook: { url: receiver.url } } },
  });
  const first = await ask('first');
  await until(() => asked);
  await arrived('quick', first);
  const second = await ask('second');
  await arrived('quick', second);
  await hanging.close();
});

test('what is asked is told before ends that are older', async () => {
  const telling = { channels: { own: { webhook: { url: receiver.url } } }, perMinute: 1 };
  const config = configured(telling);
  for (let n = 0; n < 3; n += 1)
    await ledger.sealRun({ workflowId: await aRun(ledger), outcome: 'completed', result: null, journal: [] });
  const run = await ask('urgent');
  await takeNews({ ledger, runbooks, config });
  start(telling);
  await until(() => receiver.received.length === 1);
  expect(titles()).toEqual(['payments-oncall: urgent']);
  expect(await messagesOf(run)).toHaveLength(1);
});

test('a change that was made is told where a route names it; one that was not made, and a note to people, are not', async () => {
  const telling = { routes: [{ to: ['chat'], events: ['change'] }] };
  const run = await aRun(ledger);
  const cases = [
    ['made', 'reversible', 'applied'],
    ['not made', 'reversible', 'failed'],
    ['noted', 'notify', 'applied'],
  ] as const;
  for (const [index, [summary, risk, outcome]] of cases.entries()) {
    const asked = anIntent(run, { risk, position: { kind: 'change', index } });
    const intent = { ...asked, change: { ...asked.change, summary } };
    const begun = await ledger.beginIntent(intent);
    if (begun.state !== 'begun') throw new Error(`not begun: ${begun.state}`);
    await ledger.finishIntent({ ...intent, token: begun.token, result: { outcome, settledBy: 'apply' } });
  }
  start(telling);
  await done(run, 1);
  expect(titles().filter((title) => title.startsWith('Done'))).toEqual(['Done: made']);
});

test('the cluster that is told is the one that the change acts on', async () => {
  const run = await aRun(ledger);
  for (const [index, cluster] of [undefined, 'west'].entries()) {
    const asked = anIntent(run, { position: { kind: 'change', index } });
    const intent = { ...asked, change: { ...asked.change, cluster, summary: `on ${cluster ?? 'its own'}` } };
    const begun = await ledger.beginIntent(intent);
    if (begun.state !== 'begun') throw new Error(`not begun: ${begun.state}`);
    const result = { outcome: 'applied', settledBy: 'apply' } as const;
    await ledger.finishIntent({ ...intent, token: begun.token, result });
  }
  const telling = own('clusters', { routes: [{ to: ['clusters'], events: ['change'] }] });
  await takeNews({ ledger, runbooks, config: configured(telling) });
  const told = (await messagesOf(run)).map(({ message }) => message as { title: string; lines: string[] });
  expect(Object.fromEntries(told.map(({ title, lines }) => [title, lines[1]]))).toEqual({
    'Done: on its own': 'on lab',
    'Done: on west': 'on west',
  });
});

test('a failed run is told to its runbook’s owner, by the severity that its source gave', async () => {
  const { runs } = await ledger.receiveAlert(anAlert({ severity: 'P2', labels: {} }), [
    aMatch({ runbook: 'restart-service' }),
  ]);
  const run = runs[0]!.workflowId;
  const route = { to: ['failures'], events: ['failure'], owners: ['shop-oncall'], severity: ['P2'] };
  const others = [
    { ...route, to: ['others'], owners: ['payments-oncall'] },
    { ...route, to: ['others'], severity: ['critical'] },
  ];
  const webhook = { webhook: { url: receiver.url } };
  const telling = { channels: { failures: webhook, others: webhook }, routes: [route, ...others] };
  await ledger.sealRun({ workflowId: run, outcome: 'failed', result: 'boom', journal: [] });
  await takeNews({ ledger, runbooks, config: configured(telling) });
  expect(await messagesOf(run)).toMatchObject([
    { channel: 'failures', message: { event: 'failure', owner: 'shop-oncall', severity: 'P2', asks: [] } },
  ]);
});

/** One channel that no other test has anything for. */
const own = (name: string, telling: object = {}) => ({
  ...{ channels: { [name]: { webhook: { url: receiver.url } } }, ...telling },
});
/** Runs that ask and end, at once. */
async function storm(size: number, telling: object) {
  await takeNews({ ledger, runbooks, config: { ...configured(), telling: undefined } });
  const runs = await Promise.all(Array.from({ length: size }, (_, n) => ask(`storm ${n}`)));
  for (const workflowId of runs)
    await ledger.sealRun({ workflowId, outcome: 'completed', result: null, journal: [] });
  await takeNews({ ledger, runbooks, config: configured(telling) });
  return runs;
}
const allTold = (runs: readonly string[]) =>
  Promise.all(runs.map((run) => until(async () => (await messagesOf(run)).every((m) => m.deliveredAt))));
const toldOf = (event: string) =>
  receiver.received
    .flatMap(({ body }) => body['tellings'] as { event: string; run: string }[])
    .filter((telling) => telling.event === event)
    .map(({ run }) => run)
    .toSorted();

test('a storm of 40 runs is one message with all of its questions, and one with its ends', async () => {
  const telling = own('storm');
  const runs = await storm(40, telling);
  start(telling);
  await allTold(runs);
  for (const event of ['question', 'end']) expect(toldOf(event)).toEqual(runs.toSorted());
  expect(receiver.received).toHaveLength(2);
});

test('two gateways tell of a storm once', async () => {
  const telling = own('shared', { perMinute: 100 });
  const runs = await storm(40, telling);
  start(telling);
  start(telling);
  await allTold(runs);
  for (const event of ['question', 'end']) expect(toldOf(event)).toEqual(runs.toSorted());
});

test('what a channel never takes in a list it is told one by one', async () => {
  receiver.reply = ({ body }) =>
    (body['tellings'] as object[]).length > 1 ? { status: 413 } : { status: 200 };
  const telling = own('small', { perMinute: 100 });
  const runs = await storm(12, telling);
  start(telling);
  await allTold(runs);
  const sizes = receiver.received.map(({ body }) => (body['tellings'] as object[]).length);
  expect(sizes[0]).toBe(12);
  expect(sizes.filter((size) => size === 1)).toHaveLength(24);
});

test('a channel with a place for each is told one by one, what is asked first', async () => {
  const api = receiver.url;
  const routingKey = secret.literal('R0123456789abcdefghijklmnopqrst1');
  const telling = { channels: { pager: { pagerduty: { routingKey, api } } }, perMinute: 100 };
  const runs = await storm(12, telling);
  start(telling);
  await allTold(runs);
  const actions = receiver.received.map(({ body }) => body['event_action']);
  expect(actions).toEqual([...Array(12).fill('trigger'), ...Array(12).fill('resolve')]);
});

test('an answer waits for its question, whoever holds that, until it has arrived or is given up', async () => {
  const config = configured(own('ordered'));
  const take = async () =>
    (await ledger.messagesToDeliver({ channel: 'ordered', limit: 10, leaseMs: 600_000, first: URGENT })).map(
      ({ id, kind }) => ({ id, kind }),
    );
  for (const outcome of ['arrived', 'given up']) {
    const run = await ask(outcome);
    await ledger.closeQuestion({ workflowId: run, questionId: 'q1', closedAs: 'approve' });
    await takeNews({ ledger, runbooks, config });
    const taken = await take();
    expect(taken).toMatchObject([{ kind: 'question' }]);
    const { id } = taken[0]!;
    expect(await take()).toEqual([]);
    await ledger.messageFailed([id], { problem: 'it answered 503', retryMs: 600_000 });
    expect(await take()).toEqual([]);
    if (outcome === 'arrived') await ledger.messageDelivered([id], undefined);
    else await ledger.messageFailed([id], { problem: 'it answered 404' });
    expect(await take()).toMatchObject([{ kind: 'answer' }]);
  }
});

test('an incident of PagerDuty is worked on while another run that it started has not ended', async () => {
  const at = new Date().toISOString();
  const startedBy = (label: string, dryRun = false) =>
    aRun(ledger, {
      dryRun,
      trigger: {
        ...{ kind: 'alert', source: 'pagerduty', authenticated: true },
        alert: { id: label, name: 'It is slow', startedAt: at, labels: { incident: label }, annotations: {} },
      },
    });
  const incident = crypto.randomUUID();
  const workflowId = await startedBy(incident);
  await startedBy(incident, true);
  await startedBy(crypto.randomUUID());
  expect(await ledger.otherRunOfIncident({ incident, workflowId })).toBe(false);
  const other = await startedBy(incident);
  expect(await ledger.otherRunOfIncident({ incident, workflowId })).toBe(true);
  await ledger.sealRun({ workflowId: other, outcome: 'completed', result: null, journal: [] });
  expect(await ledger.otherRunOfIncident({ incident, workflowId })).toBe(false);
});
