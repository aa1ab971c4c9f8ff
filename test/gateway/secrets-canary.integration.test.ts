/**
 * Fifty secrets, and where they must not be found: no table of the database, no history of Temporal, no log, answer,
 * screen, record or report, whatever goes wrong on the way to those whom they are for.
 */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createHmac, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiClient } from '../../gateway/api-client.ts';
import { startEcho, type Echo } from '../canary/echo.ts';
import { foundIn, historiesOf, tablesOf } from '../canary/stores.ts';
import { nightshift } from '../cli/command-line.ts';
import { until } from '../setup/until.ts';
import { alertmanagerPayload } from './deliveries.ts';
import { createHouse, type House, type Process } from './house.ts';
import { questionFor } from './question.ts';

jest.setTimeout(300_000);

/** Every secret begins with it. */
const SONG = 'qzcanaryqz';

let house: House;
let echo: Echo;
const planted = new Map<string, string>();

/** A secret of its own for each place, by file, environment and command in turn. */
async function plant(place: string, made: (secret: string) => string = (secret) => secret): Promise<object> {
  const secret = made(`${SONG}${randomBytes(16).toString('hex')}`);
  planted.set(place, secret);
  const file = join(house.folder, 'secrets', place);
  await writeFile(file, secret, { mode: 0o600 });
  const variable = `TEST_CANARY_${planted.size}`;
  process.env[variable] = secret;
  const read = `fs.readFileSync(${JSON.stringify(file)}, 'utf8')`;
  return [{ file }, { env: variable }, { command: [process.execPath, '-p', read] }][planted.size % 3]!;
}

let gateway: Process;
let worker: Process;
let ana: ApiClient;

beforeAll(async () => {
  [house, echo] = await Promise.all([createHouse(), startEcho()]);
  await mkdir(join(house.folder, 'secrets'));
  const several = (name: string, count: number) =>
    Promise.all(Array.from({ length: count }, (_, i) => plant(`${name}-${i}`)));
  const channels: Record<string, object> = {};
  for (let i = 0; i < 5; i++) {
    const hook = (secret: string) => `${echo.url}/hooks/${secret}`;
    channels[`slack-${i}`] = {
      slack: {
        ...{ token: await plant(`slack-${i}`), channel: 'C024BE91L', api: echo.url },
        signingSecret: await plant(`slack-signing-${i}`),
      },
    };
    channels[`teams-${i}`] = { teams: { url: await plant(`teams-${i}`, hook) } };
    channels[`hook-${i}`] = {
      webhook: { url: await plant(`hook-${i}`, hook), secret: await plant(`hook-secret-${i}`) },
    };
    // Nobody listens there.
    channels[`gone-${i}`] = {
      webhook: { url: await plant(`gone-${i}`, (secret) => `http://127.0.0.1:1/${secret}`) },
    };
  }
  channels['pager'] = { pagerduty: { routingKey: await plant('pager'), api: echo.url } };
  channels['incidents'] = {
    pagerdutyIncidents: { token: await plant('incidents'), from: 'n@example.com', api: echo.url },
  };
  channels['dashboard'] = { grafana: { url: echo.url, token: await plant('dashboard') } };
  channels['mail'] = {
    email: {
      ...{
        server: '127.0.0.1',
        port: 1,
        security: 'none',
        user: 'nightshift',
        password: await plant('mail'),
      },
      ...{ from: 'nightshift@example.com', to: ['oncall@example.com'] },
    },
  };
  gateway = await house.startGateway({
    alertSources: {
      alertmanager: { bearerToken: await plant('alertmanager') },
      grafana: { signingSecrets: await several('grafana', 8) },
      pagerduty: { signingSecrets: await several('pagerduty', 10) },
      datadog: { bearerToken: await plant('datadog') },
      cloudevents: { bearerToken: await plant('cloudevents') },
    },
    telling: { channels },
  });
  worker = await house.startWorker();
  ana = await house.client(gateway, 'ana');
  for (const person of ['ana', 'bo', 'cy'])
    planted.set(`token-${person}`, await house.token(person, ['read', 'run']));
});
afterAll(async () => {
  echo.server.closeAllConnections();
  echo.server.close();
  await house.close();
});

/** Sent with the right secret and the wrong shape, with the wrong secret, and right. */
async function deliver(): Promise<void> {
  const post = (source: string, body: string, headers: Record<string, string>) =>
    fetch(`${gateway.url}/webhooks/${source}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  const bearer = (place: string) => ({ authorization: `Bearer ${planted.get(place)}` });
  const good = JSON.stringify(alertmanagerPayload({ service: 'canary' }));
  for (const source of ['alertmanager', 'datadog', 'cloudevents']) {
    for (const body of ['{', '{"alerts": 1}', good]) await post(source, body, bearer(source));
    await post(source, good, { authorization: `Bearer ${planted.get(source)}x` });
  }
  const hmac = (place: string, body: string) =>
    createHmac('sha256', planted.get(place)!).update(body).digest('hex');
  for (const body of ['{', good]) {
    await post('grafana', body, { 'x-grafana-alerting-signature': hmac('grafana-3', body) });
    await post('pagerduty', body, { 'x-pagerduty-signature': `v1=${hmac('pagerduty-7', body)}` });
    await post('pagerduty', body, { 'x-pagerduty-signature': planted.get('pagerduty-1')! });
  }
  const click = (signature: string) =>
    fetch(`${gateway.url}/slack/interactions`, {
      ...{ method: 'POST', body: 'payload=' },
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': String(Math.floor(Date.now() / 1000)),
        'x-slack-signature': signature,
      },
    });
  expect((await click(planted.get('slack-signing-2')!)).status).toBe(401);
  // Where a person puts a token by mistake.
  await fetch(`${gateway.url}/api/runs?token=${planted.get('token-bo')}`, {
    headers: { authorization: `Bearer ${planted.get('token-bo')} x` },
  });
}

/** Whether the files that Temporal's server keeps, of all tests of this machine, hold the word; they may be large. */
async function filesHold(folder: string, word: string): Promise<string[]> {
  const found = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
    (each) => each.isFile() && /\.(db|sqlite)(-wal)?$/.test(each.name),
  );
  expect(found).not.toEqual([]);
  const holding: string[] = [];
  for (const each of found) {
    let tail = '';
    for await (const chunk of createReadStream(join(each.parentPath, each.name), { encoding: 'latin1' })) {
      const text: string = tail + String(chunk);
      const at = text.indexOf(word);
      if (at >= 0) holding.push(`${each.name}: ${text.slice(Math.max(0, at - 300), at + 60)}`);
      tail = text.slice(-word.length);
    }
  }
  return holding;
}

test('none of fifty secrets is found anywhere', async () => {
  expect(planted.size).toBeGreaterThanOrEqual(50);
  await deliver();
  const { workflowId } = await ana.startRun({ runbook: 'by-hand', input: { service: 'canary-by-hand' } });
  await house.ledger.openQuestion({ workflowId, runbook: 'by-hand', question: questionFor({}) });
  for (const channel of planted.keys()) await ana.tellChannel(channel).catch(() => undefined);
  // Channels of every kind have been tried, and say why they could not.
  const toldBy = async () => (await ana.told({ limit: 500 })).told;
  await until(
    async () => {
      const told = await toldBy();
      const failed = told.filter(({ problem }) => problem !== undefined).map(({ channel }) => channel);
      const tried = told.filter(({ attempts }) => attempts > 0).map(({ channel }) => channel);
      return (
        ['slack-1', 'teams-0', 'hook-2', 'gone-3', 'mail'].every((channel) => failed.includes(channel)) &&
        ['pager', 'incidents', 'dashboard'].every((channel) => tried.includes(channel))
      );
    },
    async () =>
      (await toldBy())
        .map(({ channel, event, attempts, problem }) => `${channel} ${event} ${attempts} ${problem}`)
        .join('\n'),
  );
  for (const place of ['slack-1', 'incidents'])
    await until(
      () => JSON.stringify(echo.heard).includes(planted.get(place)!),
      async () => `${place} was not sent: ${JSON.stringify(echo.heard.map(({ url }) => url))}`,
    );
  expect(echo.heard.some(({ url }) => planted.get('teams-0')!.endsWith(url))).toBe(true);
  await ana.stopRun(workflowId, 'the test is over');
  await house.ledger.sealRun({ workflowId, outcome: 'stopped', result: null, journal: [] });
  await house.ledger.seal();

  const env = { NIGHTSHIFT_URL: gateway.url, NIGHTSHIFT_TOKEN: await house.token('ana', ['read', 'admin']) };
  const screens = await Promise.all(
    [
      ['told'],
      ['told', '-o', 'json'],
      ['alert', 'list'],
      ['runs'],
      ['show', workflowId],
      ['token', 'list'],
      ['report'],
    ].map(async (args) => ({ args, ...(await nightshift(args, { env })) })),
  );
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  const places: Record<string, string> = {
    tables: await tablesOf(house.databaseUrl),
    histories: await historiesOf(house.temporal),
    logs: gateway.log() + worker.log(),
    screens: JSON.stringify(screens),
    answers: JSON.stringify([
      await ana.told({ limit: 500 }),
      await ana.tokens(),
      await ana.alerts(),
      metrics,
    ]),
    record: JSON.stringify([await ana.record(workflowId), await ana.log()]),
    report: await ana.incidentPage(workflowId),
  };
  expect(Object.entries(places).filter(([, text]) => text === '')).toEqual([]);
  const found = foundIn(planted, places);
  expect(found).toEqual([]);
  expect(await filesHold(join(process.env['TEST_FOLDER']!, 'temporal'), SONG)).toEqual([]);
});
