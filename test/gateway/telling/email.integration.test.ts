/** Mail through a real SMTP server: encrypted, signed in, one thread a run, and nothing of a stranger in a header. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import { parseConfig, secret } from '../../../config/index.ts';
import type { Outgoing } from '../../../gateway/telling/channel.ts';
import { openChannel } from '../../../gateway/telling/channels/index.ts';
import type { Telling } from '../../../gateway/telling/telling.ts';
import { corpus } from '../../hostile/corpus.ts';
import { startSmtpServer, type SmtpServer } from './smtp-server.ts';

let starttls: SmtpServer;
let tls: SmtpServer;
beforeAll(async () => {
  [starttls, tls] = await Promise.all([startSmtpServer('starttls'), startSmtpServer('tls')]);
});
afterAll(async () => void (await Promise.all([starttls?.close(), tls?.close()])));

const telling: Telling = {
  event: 'question',
  deployment: 'test',
  run: 'sick/shop/1',
  runbook: 'sick',
  about: 'Größter Dienst krank',
  title: 'payments-oncall: Move <b>it</b> off n1',
  lines: ['1. cordon n1 & wait', '. a line of its own'],
  asks: ['payments-oncall'],
  commands: ['nightshift approve sick/shop/1'],
  at: '2026-11-21T02:50:00Z',
};
const message = (change: Partial<Outgoing> = {}, told: Partial<Telling> = {}): Outgoing => ({
  ...{ id: 'test-7-mail', tellings: [{ ...telling, ...told }], since: '2026-11-21T02:50:01Z', again: false },
  ...change,
});
const never = new AbortController().signal;

/** A channel to one of the servers, as a configuration makes it. */
function channel(server: SmtpServer, change: object = {}) {
  const email = {
    ...{ server: 'localhost', port: server.port, caFile: server.caFile, from: 'nightshift@example.com' },
    ...{ security: server === tls ? 'tls' : 'starttls', to: ['ana@example.com', 'bo@example.com'] },
    ...{ user: 'nightshift', password: secret.literal('s3cret'), ...change },
  };
  const config = parseConfig({
    ...{ deployment: 'test', development: true, stateDir: 'state' },
    database: { url: secret.literal('postgres://localhost/x') },
    telling: { channels: { mail: { email } } },
  });
  return openChannel(config.telling!.channels['mail']!);
}

/** Header fields, unfolded, and the body. */
function read(mail: string): { fields: Map<string, string>; body: string } {
  const end = mail.indexOf('\n\n');
  const lines = mail
    .slice(0, end)
    .replace(/\n[ \t]+/g, ' ')
    .split('\n');
  return {
    fields: new Map(
      lines.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 2),
      ]),
    ),
    body: mail.slice(end),
  };
}

for (const [name, server] of [
  ['STARTTLS', () => starttls],
  ['TLS', () => tls],
] as const)
  test(`${name}: a question arrives as plain text and as HTML, in the thread of its run`, async () => {
    const place = await channel(server()).send(message({ id: `${name}-1` }), never);
    const { fields, body } = read((await server().mails()).at(-1)!);
    expect(fields.get('message-id')).toBe(place);
    expect(fields.get('from')).toBe('nightshift test <nightshift@example.com>');
    expect(fields.get('to')).toBe('ana@example.com, bo@example.com');
    expect(fields.get('in-reply-to')).toMatch(/^<run\.[0-9a-f]{32}@example\.com>$/);
    expect(fields.get('references')).toBe(fields.get('in-reply-to'));
    expect(fields.get('auto-submitted')).toBe('auto-generated');
    expect(fields.get('importance')).toBe('High');
    expect(body).toContain('payments-oncall: Move <b>it</b> off n1');
    expect(body).toContain('payments-oncall: Move &lt;b&gt;it&lt;/b&gt; off n1');
    expect(body).toContain('    nightshift approve sick/shop/1');
  });

test('a message that is sent again is the same message; the next of its run is in the same thread', async () => {
  const mail = channel(starttls);
  await mail.send(message({ id: 'again' }), never);
  await mail.send(message({ id: 'again', again: true }), never);
  await mail.send(message({ id: 'next' }, { event: 'answer', title: 'approve: Move it' }), never);
  const [first, second, third] = (await starttls.mails()).slice(-3).map((one) => read(one).fields);
  expect(second!.get('message-id')).toBe(first!.get('message-id'));
  expect(third!.get('message-id')).not.toBe(first!.get('message-id'));
  for (const field of ['in-reply-to', 'references', 'subject'])
    expect(third!.get(field)).toBe(first!.get(field));
  expect(third!.has('importance')).toBe(false);
});

test('a message taken without an answer is tried again, under the same id', async () => {
  const mail = channel(starttls, { to: ['silent@example.com'] });
  await expect(mail.send(message({ id: 'silent' }), never)).rejects.toMatchObject({ retry: 'soon' });
  const left = read((await starttls.mails()).at(-1)!).fields.get('message-id');
  expect(await channel(starttls).send(message({ id: 'silent', again: true }), never)).toBe(left);
});

test('nothing of a stranger becomes a header field, a recipient or markup', async () => {
  const told = (text: string) =>
    message(
      { id: text },
      { run: text, about: text, title: text, deployment: 'test', lines: [text], commands: [text] },
    );
  const fields = new Set<string>();
  const mail = channel(tls);
  const usual = await mail
    .send(message({ id: 'usual' }), never)
    .then(async () => read((await tls.mails()).at(-1)!).fields);
  const texts = [
    'a\r\nBcc: eve@example.com\r\n\r\n<script>',
    'a\nX-Evil: 1',
    '=?utf-8?q?=0d=0aBcc:_e?=',
    '\u0000',
    ...corpus.slice(0, 8),
  ];
  for (const text of texts) {
    await mail.send(told(text), never);
    const one = read((await tls.mails()).at(-1)!);
    for (const name of one.fields.keys()) fields.add(name);
    expect(one.fields.get('x-rcptto')).toBe('ana@example.com, bo@example.com');
    expect(one.body.slice(one.body.indexOf('<!doctype'))).not.toContain('<script>');
  }
  expect([...fields].filter((name) => !usual.has(name))).toEqual([]);
});

const refused: [string, object, object][] = [
  [
    'a mailbox that is not there',
    { to: ['nobody@example.com'] },
    { message: 'localhost answered 550 to RCPT TO', retry: 'never' },
  ],
  [
    'a mailbox that is full',
    { to: ['away@example.com'] },
    { message: 'localhost answered 451 to RCPT TO', retry: 'soon' },
  ],
  [
    'one of two mailboxes',
    { to: ['ana@example.com', 'nobody@example.com'] },
    { message: 'the server does not take it for nobody@example.com', retry: 'in-part' },
  ],
  [
    'a wrong password',
    { password: secret.literal('guessed') },
    { message: 'localhost does not take the user and password of this channel', retry: 'soon' },
  ],
  [
    'a certificate that nobody vouches for',
    { caFile: undefined },
    {
      message: 'localhost is not trusted (self-signed certificate); name its authority in caFile',
      retry: 'soon',
    },
  ],
  [
    'a server that is not there',
    { port: 1 },
    { message: 'localhost cannot be reached (ECONNREFUSED)', retry: 'soon' },
  ],
];
for (const [name, change, problem] of refused)
  test(`not told: ${name}`, async () => {
    await expect(channel(starttls, change).send(message(), never)).rejects.toMatchObject({
      name: 'NotTold',
      ...problem,
    });
  });

test('without encryption nothing is said', async () => {
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.setEncoding('utf8').on('error', () => undefined);
    socket.write('220 plain ESMTP\r\n');
    socket.on('data', (text: string) => {
      heard.push(text);
      socket.write(text.startsWith('EHLO') ? '250-plain\r\n250 AUTH PLAIN LOGIN\r\n' : '502 no\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const plain = channel(starttls, { server: '127.0.0.1', port });
    await expect(plain.send(message(), never)).rejects.toMatchObject({
      ...{ name: 'NotTold', message: expect.stringContaining('does not encrypt') },
    });
    expect(heard.join('')).toMatch(/^EHLO/);
    expect(heard.join('')).not.toMatch(/AUTH|MAIL FROM/);
  } finally {
    server.close();
  }
});
