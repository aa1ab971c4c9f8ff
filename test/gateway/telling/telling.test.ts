import { expect, test } from '@jest/globals';
import { ConfigError, parseConfig, secret, type Config } from '../../../config/index.ts';
import { channelsFor } from '../../../gateway/telling/routes.ts';
import { tellingOf, type Telling } from '../../../gateway/telling/telling.ts';
import type { RunRow } from '../../../ledger/api.ts';
import type { News } from '../../../ledger/telling.ts';
import { questionFor } from '../question.ts';

const run = {
  workflowId: 'sick/shop/1',
  runbook: 'sick',
  title: 'A service is sick',
  dryRun: false,
  trigger: {
    kind: 'alert',
    source: 'alertmanager',
    authenticated: true,
    alert: { severity: 'critical', labels: {} },
  },
} as unknown as RunRow;
const asked = questionFor({ title: 'Move it' });
const news = (kind: string, facts: object, more: object = {}): News => ({
  ...{ id: 7, kind, facts, at: '2026-11-21T02:50:00Z', run, question: asked },
  ...more,
});
const tell = (kind: string, facts: object = {}, more: object = {}) =>
  tellingOf(news(kind, facts, more), {
    deployment: 'test',
    ownerOf: (runbook) => (runbook === 'sick' ? 'shop-oncall' : undefined),
  });

test('a question: who is asked what, until when, and how to answer', () => {
  expect(tell('question-opened', { question: asked })).toMatchObject({
    event: 'question',
    deployment: 'test',
    run: 'sick/shop/1',
    severity: 'critical',
    asks: asked.from,
    title: `${asked.from.join(', ')}: ${asked.title}`,
    lines: expect.arrayContaining(['A service is sick (sick/shop/1)']),
    commands: ['nightshift questions sick/shop/1', 'nightshift approve sick/shop/1'],
  });
});

test.each([
  ['question-reminded', { whom: ['bo'] }, 'reminder', `Nobody has answered yet: ${asked.title}`],
  ['question-escalated', { to: ['platform'] }, 'escalation', `platform, now asked as well: ${asked.title}`],
  ['question-closed', { closedAs: 'approve' }, 'answer', `approve: ${asked.title}`],
  ['change', { summary: 'Cordon n1', target: 'node/n1' }, 'change', 'Done: Cordon n1'],
  ['run-ended', { outcome: 'completed' }, 'end', 'completed: A service is sick'],
  ['run-ended', { outcome: 'failed' }, 'failure', 'failed: A service is sick'],
])('%s %j is told as %s', (kind, facts, event, title) => {
  expect(tell(kind, facts)).toMatchObject({ event, title });
});

test('an answer is told to those who were asked, and to those who were asked as well by then', () => {
  const escalation = [
    { at: '2026-11-21T02:49:00Z', to: ['platform'] },
    { at: '2026-11-21T02:51:00Z', to: ['everybody'] },
  ];
  const closed = tell('question-closed', { closedAs: 'approve' }, { question: { ...asked, escalation } });
  expect(closed).toMatchObject({ asks: ['payments-oncall', 'platform'], question: asked.id });
});

test('a hand-over says why; a freeze says what, by whom and why', () => {
  const over = tell('run-ended', { outcome: 'handed-over', result: { reason: 'two nodes at once' } });
  expect(over?.lines).toContain('two nodes at once');
  const freeze = { scope: { kind: 'runbook', name: 'sick' }, by: 'ana', reason: 'release' };
  expect(tell('freeze', freeze, { run: undefined })).toMatchObject({
    event: 'freeze',
    title: 'Frozen: runbook sick. No change begins there',
    lines: ['ana: release'],
    commands: [],
  });
  expect(tell('lift', { ...freeze, by: 'bo' }, { run: undefined })).toMatchObject({
    event: 'freeze',
    title: 'A freeze was lifted: runbook sick',
    lines: ['by bo'],
  });
  expect(tell('lift', { by: 'bo' }, { run: undefined })?.title).toBe('A freeze was lifted');
});

test('whose the runbook is: of whatever is told of a run, and of a freeze of it', () => {
  for (const [kind, facts] of [
    ['run-ended', { outcome: 'failed' }],
    ['run-ended', { outcome: 'completed' }],
    ['change', { summary: 'Cordon n1' }],
  ] as const)
    expect(tell(kind, facts)).toMatchObject({ owner: 'shop-oncall', asks: [] });
  for (const kind of ['freeze', 'lift']) {
    const frozen = (scope: object) => tell(kind, { scope }, { run: undefined })?.owner;
    expect(frozen({ kind: 'runbook', name: 'sick' })).toBe('shop-oncall');
    expect(frozen({ kind: 'cluster', name: 'sick' })).toBeUndefined();
  }
  expect(tell('run-ended', { outcome: 'failed' }, { run: { ...run, runbook: 'x' } })?.owner).toBeUndefined();
});

test('a run whose alert was kept without its severity has that of the label', () => {
  const severity = (alert: object) =>
    tell('change', {}, { run: { ...run, trigger: { ...run.trigger, alert } } })?.severity;
  expect(severity({ labels: { severity: 'critical' } })).toBe('critical');
  expect(severity({ severity: 'high', labels: { severity: 'critical' } })).toBe('high');
});

test('nothing is told of a run that only tries, nor of what is not understood', () => {
  expect(tell('run-ended', { outcome: 'failed' }, { run: { ...run, dryRun: true } })).toBeUndefined();
  expect(tell('question-closed', {}, { question: undefined })).toBeUndefined();
  expect(tell('question-closed', {}, { question: { id: 7 } })).toBeUndefined();
});

test('what hides or turns a line around is taken out', () => {
  const telling = tell('question-opened', {
    question: { ...asked, title: 'a\u202eb\u0000\u001b[31mc\u200bd' },
  });
  expect(telling?.title).toMatch(/: abcd$/);
});

test('long texts are cut, lines stay lines', () => {
  const long = { ...asked, title: `a\nb${'x'.repeat(5000)}` };
  const telling = tell('question-opened', { question: long });
  expect(telling?.title).toMatch(/: a bx+…$/);
  expect(telling?.title).toHaveLength(600);
});

const least = {
  deployment: 'test',
  development: true,
  stateDir: 'state',
  database: { url: secret.literal('postgres://localhost/x') },
};
const mail = { server: 'smtp.example.com', from: 'a@example.com', to: ['b@example.com'] };
const chat = { webhook: { url: 'https://chat.example.com' } };
const config = (telling: object): Config =>
  parseConfig({ ...least, telling, businessHours: { timeZone: 'UTC', from: '09:00', to: '17:00' } });
const channels = { chat, pager: chat, night: chat };
const told = (routes: object[], change: Partial<Telling> = {}) =>
  channelsFor({ ...tell('question-opened', { question: asked })!, ...change }, config({ channels, routes }));

test('without routes every channel is told; with them all that fit, each once', () => {
  expect(told([])).toEqual(['chat', 'pager', 'night']);
  expect(told([{ to: ['chat'] }, { to: ['chat', 'pager'], events: ['question'] }])).toEqual([
    'chat',
    'pager',
  ]);
  expect(
    channelsFor(tell('question-opened', { question: asked })!, {
      telling: undefined,
      businessHours: undefined,
    }),
  ).toEqual([]);
});

test('changes are told where a route names them', () => {
  const change = { event: 'change' };
  expect(told([], change)).toEqual([]);
  expect(told([{ to: ['chat'] }, { to: ['night'], events: ['change'] }], change)).toEqual(['night']);
});

test.each([
  [{ events: ['failure'] }, {}, false],
  [{ asks: ['payments-oncall'] }, { asks: ['payments-oncall', 'x'] }, true],
  [{ asks: ['platform'] }, { asks: ['payments-oncall'] }, false],
  [{ owners: ['shop-oncall'] }, {}, true],
  [{ owners: ['shop-oncall'] }, { owner: 'others' }, false],
  [{ owners: ['shop-oncall'] }, { owner: undefined }, false],
  [{ runbooks: ['sick'] }, {}, true],
  [{ runbooks: ['other'] }, {}, false],
  [{ severity: ['critical'] }, {}, true],
  [{ severity: ['critical'] }, { severity: undefined }, false],
  [{ hours: 'outside' }, {}, true],
  [{ hours: 'business' }, { at: '2026-11-20T10:00:00Z' }, true],
  [{ hours: 'business', events: ['end'] }, { at: '2026-11-20T10:00:00Z' }, false],
])('a route %j tells of %j: %s', (when, change, expected) => {
  expect(told([{ to: ['night'], ...when }], change)).toEqual(expected ? ['night'] : []);
});

test('a route of hours that nobody named is refused', () => {
  const telling = { channels: { chat }, routes: [{ to: ['chat'], hours: 'outside' as const }] };
  expect(() => parseConfig({ ...least, telling })).toThrow('telling.routes.0.hours: name the hours');
});

test.each([
  [{ channels: { chat }, routes: [{ to: ['chta'] }] }, 'telling.routes.0.to.0: there is no channel "chta"'],
  [{ channels: { Chat: chat } }, 'lower-case letters'],
  [{ channels: { chat: {} } }, 'telling.channels.chat: write one of slack'],
  [{ channels: { chat: { ...chat, teams: chat.webhook } } }, 'telling.channels.chat: write one of slack'],
  [{ channels: { chat: { webhook: {} } } }, 'telling.channels.chat.webhook.url: write an http'],
  [{ channels: { mail: { email: { ...mail, security: 'none' } } } }, 'mail.email.security: what runs say'],
  [{ channels: { mail: { email: { ...mail, user: 'x' } } } }, 'mail.email.password: write user and password'],
  [{ channels: { mail: { email: { ...mail, to: ['a\nb@c.de'] } } } }, 'mail.email.to.0: write an address'],
  [{ channels: { chat }, perMinute: 0 }, 'telling.perMinute: write a whole number above 0'],
])('a configuration that cannot be: %#', (telling, message) => {
  expect(() => config(telling)).toThrow(ConfigError);
  expect(() => config(telling)).toThrow(message);
});
