import { expect, test } from '@jest/globals';
import {
  failureOfAnswer,
  failureOfTransport,
  printable,
  type Request,
} from '../../../../activities/kubernetes/client/failure.ts';

const read: Request = {
  server: 'api:6443',
  verb: 'list',
  resource: 'pods',
  namespace: 'payments',
  writes: false,
};
const write: Request = { server: 'api:6443', verb: 'patch', resource: 'nodes', name: 'w3', writes: true };
const status = (message: string, reason = '') => JSON.stringify({ kind: 'Status', message, reason });

test.each<[number, Request, string]>([
  [400, read, 'invalid'],
  [401, read, 'refused'],
  [403, write, 'refused'],
  [404, read, 'invalid'],
  [409, write, 'conflict'],
  [410, read, 'retryable'],
  [422, write, 'invalid'],
  [429, write, 'retryable'],
  [500, read, 'retryable'],
  [500, write, 'unknown-outcome'],
  [503, read, 'retryable'],
  [504, write, 'unknown-outcome'],
])('HTTP %i for %j is %s', (code, request, kind) => {
  const failure = failureOfAnswer(request, { status: code, body: status('said') });
  expect(failure.kind).toBe(kind);
  expect(failure.facts).toMatchObject({ status: code, server: 'api:6443', verb: request.verb });
});

test('a refusal says verb, resource and what to grant', () => {
  const failure = failureOfAnswer(write, {
    status: 403,
    body: status('User "reader" cannot patch resource "nodes"'),
  });
  expect(failure.message).toBe(
    'Not allowed to patch nodes "w3": User "reader" cannot patch resource "nodes"',
  );
  expect(failure.next).toMatch(/Grant the verb "patch" on "nodes"/);
});

test('Retry-After is kept as a fact', () => {
  expect(failureOfAnswer(read, { status: 429, body: '', retryAfterSeconds: 7 }).facts).toMatchObject({
    retryAfterSeconds: 7,
  });
});

test('an answer that is no Status (a proxy, nothing at all) still makes a sentence', () => {
  for (const body of ['', '<html>', '[]', '{}']) {
    expect(failureOfAnswer(read, { status: 502, body }).message).toMatch(
      /could not|failed to list pods in namespace "payments"/,
    );
  }
});

const error = (code: string) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
test.each<[string, Request, boolean, string]>([
  ['ECONNREFUSED', write, false, 'retryable'],
  ['ECONNRESET', write, true, 'unknown-outcome'],
  ['ECONNRESET', write, false, 'retryable'],
  ['ECONNRESET', read, true, 'retryable'],
  ['UND_ERR_HEADERS_TIMEOUT', write, true, 'unknown-outcome'],
  ['ENOTFOUND', write, false, 'invalid'],
  ['EAI_AGAIN', read, false, 'retryable'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', read, false, 'invalid'],
  ['SELF_SIGNED_CERT_IN_CHAIN', write, false, 'invalid'],
])('%s for %j, sent: %s, is %s', (code, request, sent, kind) => {
  expect(failureOfTransport(request, error(code), { sent })).toMatchObject({ kind, facts: { code } });
});

test('foreign text is one line of harmless characters, bounded', () => {
  expect(printable('a\n\u001b[2Jb\u202ec', 100)).toBe('a [2Jb c');
  expect(printable('x'.repeat(10), 5)).toBe('xxxx…');
});
