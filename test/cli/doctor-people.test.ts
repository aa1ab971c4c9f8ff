/** Whether Slack and PagerDuty take the tokens: stand-ins answer as their documentation says. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parseConfig, type Config } from '../../config/index.ts';
import { people } from '../../cli/doctor/people.ts';
import { startReceiver, type Receiver, type Received } from '../gateway/telling/receiver.ts';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
  process.env['TEST_DOCTOR_TOKEN'] = 'a-token';
});
afterEach(() => receiver.close());

const configured = (telling: object | undefined, pagerduty?: object): Config =>
  parseConfig({
    ...{ deployment: 'test', stateDir: 'state', database: { url: { env: 'X' } } },
    ...(telling && { telling: { channels: telling } }),
    ...(pagerduty && { pagerduty }),
  });
const token = { env: 'TEST_DOCTOR_TOKEN' };
const slack = () => configured({ chat: { slack: { token, channel: 'C024BE91L', api: receiver.url } } });
const pagerDuty = () =>
  configured(
    { incident: { pagerdutyIncidents: { token, from: 'n@example.com', api: receiver.url } } },
    { token, api: receiver.url },
  );

test('Slack: a token that is taken, one that is refused, one without a scope', async () => {
  const answers = (body: object, scopes = 'chat:write,groups:history') => {
    receiver.reply = ({ method, path, headers }: Received) =>
      method === 'POST' && path === '/auth.test' && headers.authorization === 'Bearer a-token'
        ? { body, headers: { 'x-oauth-scopes': scopes } }
        : { status: 500 };
    return people(slack());
  };
  expect(await answers({ ok: true, team: 'Example' })).toEqual([
    { check: 'Slack', status: 'ok', detail: 'takes telling.channels.chat.slack.token, for Example' },
  ]);
  expect(await answers({ ok: false, error: 'token_revoked' })).toMatchObject([
    { status: 'fail', detail: 'telling.channels.chat.slack.token is refused: token_revoked' },
  ]);
  expect(await answers({ ok: true }, 'chat:write')).toMatchObject([
    { status: 'fail', detail: expect.stringContaining('channels:history or groups:history') },
  ]);
  receiver.reply = () => ({ status: 502, body: 'gone' });
  expect(await people(slack())).toMatchObject([{ status: 'warn' }]);
});

test('PagerDuty: each token by what it is for', async () => {
  const statuses = new Map<string, number>();
  receiver.reply = ({ path, headers }) => ({
    status: headers.authorization === 'Token token=a-token' ? (statuses.get(path) ?? 200) : 401,
  });
  expect((await people(pagerDuty())).map(({ status }) => status)).toEqual(['ok', 'ok']);
  statuses.set('/incidents?limit=1', 401).set('/schedules?limit=1', 403);
  expect(await people(pagerDuty())).toMatchObject([
    { status: 'fail', detail: 'telling.channels.incident.pagerdutyIncidents.token is refused' },
    { status: 'fail', detail: 'pagerduty.token may not read schedules' },
  ]);
  statuses.set('/incidents?limit=1', 429).set('/schedules?limit=1', 500);
  expect((await people(pagerDuty())).map(({ status }) => status)).toEqual(['warn', 'warn']);
});

test('nobody who answers is no token that is refused; a secret that is not here was not tried', async () => {
  const config = slack();
  await receiver.close();
  expect(await people(config)).toMatchObject([
    { status: 'warn', detail: expect.stringContaining('does not') },
  ]);
  delete process.env['TEST_DOCTOR_TOKEN'];
  expect(await people(config)).toMatchObject([
    { status: 'warn', detail: expect.stringMatching(/was not tried: .*TEST_DOCTOR_TOKEN/) },
  ]);
  expect(await people(configured(undefined))).toEqual([]);
});
