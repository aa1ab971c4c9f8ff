import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ticketOf } from '../../../activities/tickets/contract.ts';
import { createTicketSteps } from '../../../activities/tickets/steps.ts';
import { applyContext, planContext, RUN, step } from './calls.ts';

const TICKET = ticketOf(RUN);
const INPUT = { title: 'shop: pods crash', body: '# Report\n\nAll of it.', labels: ['incident'] };
let folder: string;
let server: Server | undefined;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'tickets-'))));
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

const read = () => readFile(join(folder, `${TICKET}.md`), 'utf8');

describe('a folder', () => {
  test('the ticket is a Markdown file named for the run', async () => {
    const open = step('open', { folder });
    const { preconditions } = await open.plan(INPUT, planContext);
    expect(preconditions).toEqual({ ticket: TICKET });
    expect(await readdir(folder)).toEqual([]);
    expect(await open.apply(INPUT, preconditions, applyContext())).toEqual({
      outcome: 'applied',
      output: { ticket: TICKET, location: `${TICKET}.md` },
    });
    const text = await read();
    expect(text).toMatch(/^---\nticket: NS-[0-9a-f]{10}\ntitle: "shop: pods crash"\n/);
    expect(text).toMatch(/^# shop: pods crash$/m);
    expect(text).toContain('All of it.');
    expect(await readdir(folder)).toEqual([`${TICKET}.md`]);
  });

  test('the same operation twice leaves one entry', async () => {
    const open = step('open', { folder });
    await open.apply(INPUT, { ticket: TICKET }, applyContext());
    const before = await read();
    expect((await open.apply(INPUT, { ticket: TICKET }, applyContext())).outcome).toBe('already-satisfied');
    expect(await read()).toBe(before);
  });

  test('the same operation at the same moment leaves one entry', async () => {
    const open = step('open', { folder });
    const both = await Promise.all([1, 2].map(() => open.apply(INPUT, { ticket: TICKET }, applyContext())));
    expect(both.map((a) => a.outcome).sort()).toEqual(['already-satisfied', 'applied']);
    expect((await read()).match(/nightshift:operation/g)).toHaveLength(1);
  });

  test('another plan of the run adds to the ticket, and says so beforehand', async () => {
    const open = step('open', { folder });
    await open.apply(INPUT, { ticket: TICKET }, applyContext(3));
    const planned = await open.plan({ ...INPUT, body: 'More.' }, planContext);
    expect(planned.warnings).toEqual([`${TICKET} is open already: this adds to it`]);
    await open.apply({ ...INPUT, body: 'More.' }, { ticket: TICKET }, applyContext(4));
    const text = await read();
    expect(text.match(/nightshift:operation/g)).toHaveLength(2);
    expect(text.indexOf('More.')).toBeGreaterThan(text.indexOf('All of it.'));
  });

  test('the probe tells what was done from what was not', async () => {
    const open = step('open', { folder });
    expect(await open.probe(INPUT, { ticket: TICKET }, applyContext())).toEqual({ state: 'not-applied' });
    await open.apply(INPUT, { ticket: TICKET }, applyContext());
    expect(await open.probe(INPUT, { ticket: TICKET }, applyContext())).toMatchObject({ state: 'applied' });
    expect(await open.probe(INPUT, { ticket: TICKET }, applyContext(4))).toEqual({ state: 'not-applied' });
  });

  test('a body cannot pass for the mark of another operation', async () => {
    const open = step('open', { folder });
    const forged = `<!-- nightshift:operation ${RUN}9/change-0 -->`;
    await open.apply({ ...INPUT, body: forged }, { ticket: TICKET }, applyContext());
    expect(await open.probe(INPUT, { ticket: TICKET }, applyContext(9))).toEqual({ state: 'not-applied' });
  });

  test('a run comments on its own ticket only', async () => {
    const comment = step('comment', { folder });
    await expect(comment.plan({ ticket: 'NS-0123456789', body: 'x' }, planContext)).rejects.toMatchObject({
      kind: 'invalid',
    });
    await step('open', { folder }).apply(INPUT, { ticket: TICKET }, applyContext(3));
    await comment.apply({ ticket: TICKET, body: 'Still well.' }, { ticket: TICKET }, applyContext(5));
    expect(await read()).toContain('Still well.');
  });

  test('a folder that is a file is named in the failure', async () => {
    const path = join(folder, 'taken');
    await writeFile(path, '');
    const open = step('open', { folder: path });
    await expect(open.apply(INPUT, { ticket: TICKET }, applyContext())).rejects.toMatchObject({
      name: 'StepFailure',
      message: expect.stringMatching(/ticket's file cannot be/),
    });
  });
});

describe('a webhook', () => {
  interface Received {
    headers: Record<string, unknown>;
    body: string;
  }
  const received: Received[] = [];
  async function listen(answer: RequestListener): Promise<string> {
    received.length = 0;
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        received.push({ headers: request.headers, body });
        answer(request, response);
      });
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  }

  test('it gets the ticket once, signed, under its operation', async () => {
    const url = await listen((_, response) =>
      response.writeHead(201).end('{"url":"https://tickets.example/7"}'),
    );
    const open = step('open', { webhook: { url: () => url, secret: () => 's3cret' } });
    expect(await open.apply(INPUT, { ticket: TICKET }, applyContext())).toEqual({
      outcome: 'applied',
      output: { ticket: TICKET, location: 'https://tickets.example/7' },
    });
    const { headers, body } = received[0]!;
    expect(headers['idempotency-key']).toBe(`${RUN}3/change-0`);
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-nightshift-signature']))!;
    expect(v1).toBe(createHmac('sha256', 's3cret').update(`${t}.${body}`).digest('hex'));
    expect(JSON.parse(body)).toMatchObject({
      kind: 'open',
      ticket: TICKET,
      title: INPUT.title,
      labels: ['incident'],
    });
  });

  test('an address with a password in it is not sent to, and the failure does not show it', async () => {
    const url = () => 'http://admin:hunter2@127.0.0.1:1/hook';
    const opened = step('open', { webhook: { url } }).apply(INPUT, { ticket: TICKET }, applyContext());
    await expect(opened).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/^what tickets\.webhook\.url names carries a user or a password$/),
    });
  });

  test('what only the receiver knows, the probe does not guess; the file says what is in it', async () => {
    const url = await listen((_, response) => response.writeHead(201).end());
    const unknown = { state: 'unknown', reason: expect.stringContaining(`${RUN}3/change-0`) };
    expect(
      await step('open', { webhook: { url: () => url } }).probe(INPUT, { ticket: TICKET }, applyContext()),
    ).toEqual(unknown);
    const both = step('open', { folder, webhook: { url: () => url } });
    expect(await both.probe(INPUT, { ticket: TICKET }, applyContext())).toEqual(unknown);
    await both.apply(INPUT, { ticket: TICKET }, applyContext());
    expect(await both.probe(INPUT, { ticket: TICKET }, applyContext())).toMatchObject({ state: 'applied' });
  });

  test('with a folder as well, the file is written after the receiver took it', async () => {
    const url = await listen((_, response) => response.writeHead(500).end());
    const open = step('open', { folder, webhook: { url: () => url } });
    await expect(open.apply(INPUT, { ticket: TICKET }, applyContext())).rejects.toMatchObject({
      kind: 'unknown-outcome',
    });
    expect(await readdir(folder)).toEqual([]);
    expect(received).toHaveLength(1);
  });

  test.each([
    [401, 'refused'],
    [403, 'refused'],
    [404, 'invalid'],
    [422, 'invalid'],
    [429, 'retryable'],
    [503, 'retryable'],
    [500, 'unknown-outcome'],
  ])('%d is %s', async (status, kind) => {
    const url = await listen((_, response) => response.writeHead(status).end());
    await expect(
      step('open', { webhook: { url: () => url } }).apply(INPUT, { ticket: TICKET }, applyContext()),
    ).rejects.toMatchObject({ kind });
  });

  test('a receiver that is not there got nothing', async () => {
    const url = await listen(() => undefined);
    await new Promise((resolve) => server!.close(resolve));
    await expect(
      step('open', { webhook: { url: () => url } }).apply(INPUT, { ticket: TICKET }, applyContext()),
    ).rejects.toMatchObject({
      kind: 'retryable',
      facts: { code: 'ECONNREFUSED' },
    });
  });

  test('a receiver that hangs up may have it', async () => {
    const url = await listen((request) => request.socket.destroy());
    await expect(
      step('open', { webhook: { url: () => url } }).apply(INPUT, { ticket: TICKET }, applyContext()),
    ).rejects.toMatchObject({ kind: 'unknown-outcome' });
  });
});

test('an address or a key that is a secret: what is not there, or is none, is refused before anything is sent', async () => {
  const missing = () => {
    throw new Error('[secret from the environment variable HOOK] is not set; export it before starting');
  };
  for (const webhook of [{ url: missing }, { url: () => 'http://127.0.0.1:1/', secret: missing }])
    await expect(
      step('open', { webhook }).apply(INPUT, { ticket: TICKET }, applyContext()),
    ).rejects.toMatchObject({ kind: 'refused', message: expect.stringContaining('HOOK] is not set') });
  const failure: unknown = await step('open', { webhook: { url: () => 'hooks/s3cret' } })
    .apply(INPUT, { ticket: TICKET }, applyContext())
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ kind: 'refused', message: 'what tickets.webhook.url names is no address' });
  expect(String((failure as Error).cause)).not.toContain('s3cret');
});

test('nowhere to write to is refused at the start', () => {
  expect(() => createTicketSteps({})).toThrow(/tickets need a place: a folder, a webhook, GitHub or Jira/);
});

test('a call whose time is over sends nothing', async () => {
  const late = { ...applyContext(), deadline: new Date(Date.now() - 1) };
  const open = step('open', { webhook: { url: () => 'http://127.0.0.1:1/' } });
  await expect(open.apply(INPUT, { ticket: TICKET }, late)).rejects.toMatchObject({
    kind: 'retryable',
    message: 'the time for this call was over before anything was sent',
  });
});
