/** PagerDuty's REST API v2 as its documentation says it, by a stand-in that refuses what the documentation does not allow. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { secret } from '../../../config/index.ts';
import type { OpenChannel, Outgoing } from '../../../gateway/telling/channel.ts';
import { openChannel } from '../../../gateway/telling/channels/index.ts';
import type { Telling } from '../../../gateway/telling/telling.ts';
import { startReceiver, type Receiver, type Received } from './receiver.ts';

let receiver: Receiver;
let incident: { id: string; status: string; level?: unknown };
let notes: { id: string; content: string; created_at: string }[];
let busy: number;
beforeEach(async () => {
  receiver = await startReceiver();
  incident = { id: 'PT4KHLK', status: 'triggered' };
  notes = [];
  busy = 0;
  receiver.reply = answer;
});
afterEach(() => receiver.close());

const refuse = (status: number, message: string) => ({ status, body: { error: { message, code: 2001 } } });
function answer({ method, path, headers, body }: Received) {
  if (headers.authorization !== 'Token token=y_NbAkKc66ryYTWUXYEu') return { status: 401, body: {} };
  if (headers.accept !== 'application/vnd.pagerduty+json;version=2') return refuse(400, 'Accept');
  if (busy-- > 0) return { status: 429, headers: { 'ratelimit-reset': '3' }, body: {} };
  if (method !== 'GET') {
    if (headers.from !== 'nightshift@example.com') return refuse(400, 'Requester User Not Found');
    if (!String(headers['content-type']).startsWith('application/json')) return refuse(400, 'Content-Type');
  }
  const shown = { incident: { type: 'incident', incident_number: 1234, title: 'It is slow', ...incident } };
  if (path === '/incidents?limit=1' && method === 'GET') return { body: { incidents: [shown.incident] } };
  if (path === '/incidents/PT4KHLK') {
    if (method === 'GET') return { body: shown };
    if (method !== 'PUT') return { status: 405 };
    const change = body['incident'] as Record<string, unknown>;
    if (change['type'] !== 'incident' || incident.status === 'resolved') return refuse(400, 'Invalid');
    const { type: _, escalation_level: level, ...rest } = change;
    Object.assign(incident, rest, level !== undefined && { level });
    return { body: shown };
  }
  if (path !== '/incidents/PT4KHLK/notes') return refuse(404, 'Not Found');
  if (method === 'GET') return { body: { notes } };
  const { content } = body['note'] as { content: string };
  notes.push({ id: `PWL7QX${notes.length}`, content, created_at: '2026-11-21T02:50:00Z' });
  return { status: 201, body: { note: notes.at(-1) } };
}

const telling: Telling = {
  ...{ event: 'question', deployment: 'test', run: 'sick/shop/1', runbook: 'sick', incident: 'PT4KHLK' },
  ...{
    title: 'payments-oncall: Move it',
    lines: ['1. cordon n1'],
    asks: [],
    commands: ['nightshift approve x'],
  },
  at: '2026-11-21T02:50:00Z',
};
const open = ({
  resolve = false,
  isWorkedOn = false,
}: { resolve?: boolean | undefined; isWorkedOn?: boolean | undefined } = {}) => {
  const pagerdutyIncidents = {
    ...{ token: secret.literal('y_NbAkKc66ryYTWUXYEu'), from: 'nightshift@example.com' },
    ...{ api: receiver.url, resolve },
  };
  return openChannel({ pagerdutyIncidents }, { isWorkedOn: () => Promise.resolve(isWorkedOn) });
};
const send = (
  change: Partial<Telling> = {},
  more: Partial<Outgoing> & { resolve?: boolean; isWorkedOn?: boolean; channel?: OpenChannel } = {},
) => {
  const { resolve, isWorkedOn, channel = open({ resolve, isWorkedOn }), ...message } = more;
  return channel.send(
    {
      ...{ id: 'test-7-pd', tellings: [{ ...telling, ...change }], since: telling.at, again: false },
      ...message,
    },
    new AbortController().signal,
  );
};

test('a question is a note and acknowledges nothing: PagerDuty goes on paging', async () => {
  expect(await send()).toBe('PT4KHLK');
  expect(notes[0]!.content).toMatch(
    /^payments-oncall: Move it\n1\. cordon n1\nnightshift approve x\n\[nightshift-[0-9a-f]{16}\]$/,
  );
  expect(incident.status).toBe('triggered');
});

test('an answer of a person acknowledges it, silence does not', async () => {
  await send({ event: 'answer', closedAs: 'expired' });
  expect(incident.status).toBe('triggered');
  await send({ event: 'answer', closedAs: 'reject' });
  expect(incident.status).toBe('acknowledged');
});

test('an escalation goes to the level that is asked now', async () => {
  await send({ event: 'escalation', escalation: 2 });
  expect(incident).toMatchObject({ status: 'triggered', level: 2 });
});

test('a run that has completed resolves it where that is configured, and no other end does', async () => {
  await send({ event: 'end', outcome: 'completed' });
  await send({ event: 'end', outcome: 'handed-over' }, { resolve: true });
  expect(incident.status).toBe('triggered');
  await send({ event: 'end', outcome: 'completed' }, { resolve: true });
  expect(incident.status).toBe('resolved');
});

test('an incident on which another run works is not resolved under it', async () => {
  const completed = { event: 'end', outcome: 'completed' };
  await send(completed, { resolve: true, isWorkedOn: true });
  expect(incident.status).toBe('triggered');
  expect(notes).toHaveLength(1);
});

test('an escalation that has arrived with its note is not asked for again', async () => {
  await send({ event: 'escalation', escalation: 2 });
  // PagerDuty goes on by itself.
  incident.level = 3;
  await send({ event: 'escalation', escalation: 2 }, { again: true });
  expect(incident.level).toBe(3);
  expect(notes).toHaveLength(1);
});

test('what the incident does not take is noted all the same, and said', async () => {
  receiver.reply = (request) => (request.method === 'PUT' ? { status: 400, body: {} } : answer(request));
  await expect(send({ event: 'escalation', escalation: 9 })).rejects.toMatchObject({
    message: 'it answered 400',
    retry: 'never',
  });
  expect(notes).toHaveLength(1);
});

test.each([
  ['that was taken is not asked for again', 200],
  ['that is refused is not asked for again, and said in the end', 400],
])('while its note fails, an escalation %s', async (_, status) => {
  let failing = 2;
  receiver.reply = (request) => {
    if (request.method === 'POST' && failing-- > 0) return { status: 502 };
    return request.method === 'PUT' && status !== 200 ? { status, body: {} } : answer(request);
  };
  const channel = open();
  const escalate = (again: boolean) => send({ event: 'escalation', escalation: 2 }, { channel, again });
  await expect(escalate(false)).rejects.toMatchObject({ message: 'it answered 502', retry: 'soon' });
  await expect(escalate(true)).rejects.toMatchObject({ message: 'it answered 502', retry: 'soon' });
  if (status === 200) expect(await escalate(true)).toBe('PT4KHLK');
  else await expect(escalate(true)).rejects.toMatchObject({ message: 'it answered 400', retry: 'never' });
  expect(receiver.received.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  expect(notes).toHaveLength(1);
});

test('sent again it is there once, and a resolved incident is left as it is', async () => {
  await send({ event: 'answer', closedAs: 'approve' });
  await send({ event: 'answer', closedAs: 'approve' }, { again: true });
  expect(notes).toHaveLength(1);
  expect(receiver.received.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  incident.status = 'resolved';
  await send({ event: 'answer', closedAs: 'approve' }, { id: 'test-8-pd' });
  expect(incident.status).toBe('resolved');
});

test('a run that no incident started has nothing there to write to', async () => {
  expect(await send({ incident: undefined })).toBeUndefined();
  expect(receiver.received).toEqual([]);
});

test('a test asks whether the token is taken, and writes nothing', async () => {
  await send({ event: 'test', incident: undefined });
  expect(receiver.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /incidents?limit=1',
  ]);
  receiver.reply = () => ({ status: 401, body: {} });
  await expect(send({ event: 'test', incident: undefined })).rejects.toThrow('it answered 401');
});

test('what is asked too often waits as long as the API says; what it never takes is given up', async () => {
  busy = 1;
  await expect(send()).rejects.toMatchObject({ message: 'it answered 429', retry: 3000 });
  await expect(send({ incident: 'PGONE' })).rejects.toMatchObject({
    message: 'it answered 404',
    retry: 'never',
  });
  receiver.reply = () => ({ body: { notes: 'none' } });
  await expect(send({}, { again: true })).rejects.toMatchObject({ retry: 'soon' });
});
