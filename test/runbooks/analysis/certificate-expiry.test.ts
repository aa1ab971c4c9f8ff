import { expect, test } from '@jest/globals';
import type { Certificate, ServedAt } from '../../../activities/kubernetes/contract.ts';
import {
  allServe,
  inWords,
  judgeExpiry,
  type Stored,
} from '../../../runbooks/analysis/certificate-expiry.ts';

const NOW = new Date('2026-11-21T02:47:00Z');
const inDays = (days: number) => new Date(NOW.getTime() + days * 86_400_000 + 60_000).toISOString();

const certificate = (days: number, over: Partial<Certificate> = {}): Certificate => ({
  subject: 'CN=shop',
  issuer: 'CN=ca',
  names: ['shop.example'],
  notBefore: inDays(-60),
  notAfter: inDays(days),
  fingerprint: `of ${days} days`,
  ...over,
});
const at = (name: string, shown: Certificate | null, problem?: string): ServedAt => ({
  address: `${name}:8443`,
  pod: { name, uid: name },
  certificate: shown,
  ...(problem && { problem }),
});
const stored = (kept: Certificate | null, over: Partial<Stored> = {}): Stored => ({
  state: 'there',
  certificate: kept,
  writtenAt: '2026-11-20T02:00:00Z',
  renewal: null,
  ...over,
});
const judge = (served: ServedAt[], kept?: Stored) =>
  judgeExpiry({ served, stored: kept, days: 14, now: NOW });
const cert = (status: NonNullable<Stored['renewal']>['status']): Pick<Stored, 'renewal'> => ({
  renewal: { by: 'cert-manager', certificate: 'shop', issuer: 'letsencrypt', status },
});

test('the new one lies there and some serve the old: stale, and only those are meant', () => {
  const judged = judge([at('a', certificate(3)), at('b', certificate(90))], stored(certificate(90)));
  expect(judged).toMatchObject({
    fault: 'stale',
    daysLeft: 3,
    because: expect.stringMatching(
      /a:8443 serves one that ends in 3 days, .* The stored one ends in 90 days.*since 2026-11-20T02:00:00Z: 1 of 2 have not read it again/,
    ),
  });
  expect(judged.fault === 'stale' && judged.stale.map((s) => s.pod?.name)).toEqual(['a']);
});

test('it has ended: said so, and still mended', () => {
  expect(judge([at('a', certificate(-2))], stored(certificate(90)))).toMatchObject({
    fault: 'stale',
    daysLeft: -2,
    because: expect.stringMatching(/has ended/),
  });
});

test.each<[string, ServedAt[], Stored | undefined, string, RegExp]>([
  [
    'enough days',
    [at('a', certificate(14)), at('b', certificate(90))],
    undefined,
    'none',
    /first of 2 to end/,
  ],
  ['nobody serves', [], undefined, 'unanswered', /Nobody is there/],
  [
    'nobody shows one',
    [at('a', null, 'it refuses the connection')],
    undefined,
    'unanswered',
    /None of 1.*refuses/,
  ],
  [
    'one is silent',
    [at('a', certificate(90)), at('b', null, 'no answer in time')],
    undefined,
    'unanswered',
    /1 of 2 showed none/,
  ],
  [
    'where it is kept is unknown',
    [at('a', certificate(3))],
    undefined,
    'not-seen',
    /Where it is kept is not known/,
  ],
  [
    'the Secret is not to be read',
    [at('a', certificate(3))],
    stored(null, { state: 'not-seen' }),
    'not-seen',
    /may not be read by nightshift/,
  ],
  [
    'the Secret is gone',
    [at('a', certificate(3))],
    stored(null, { state: 'missing' }),
    'not-seen',
    /is missing/,
  ],
  [
    'the stored one is the same, and nobody renews',
    [at('a', certificate(3))],
    stored(certificate(3)),
    'not-renewed',
    /nothing is known to renew it: a person has to/,
  ],
  [
    'the stored one is newer, but ends soon too',
    [at('a', certificate(3))],
    stored(certificate(5)),
    'not-renewed',
    /hardly better/,
  ],
  [
    'the stored one is for another name',
    [at('a', certificate(3))],
    stored(certificate(90, { names: ['shop.internal'] })),
    'other-names',
    /not for shop\.example: serving it would break/,
  ],
  [
    'cert-manager waits for an order',
    [at('a', certificate(3))],
    stored(
      certificate(3),
      cert({
        ready: false,
        message: 'Issuing',
        renewalTime: inDays(-20),
        pending: [{ name: 'shop-1', created: inDays(-20), message: 'order pending' }],
      }),
    ),
    'renewal-stuck',
    /Certificate shop \(issuer letsencrypt\) should have renewed it and says: Issuing\. It was due at .*shop-1 since .*order pending/,
  ],
  [
    'cert-manager is not to be seen',
    [at('a', certificate(3))],
    stored(certificate(3), cert(null)),
    'renewal-stuck',
    /what it does is not to be seen/,
  ],
])('%s', (_, served, kept, fault, because) => {
  expect(judge(served, kept)).toMatchObject({ fault, because: expect.stringMatching(because) });
});

test('all serve it, one does not, one is silent', () => {
  const wanted = certificate(90);
  expect(allServe([at('a', wanted)], wanted.fingerprint).verdict).toBe('pass');
  expect(allServe([at('a', wanted), at('b', certificate(3))], wanted.fingerprint).verdict).toBe('fail');
  expect(allServe([at('a', wanted), at('b', null)], wanted.fingerprint).verdict).toBe('unknown');
  expect(allServe([], wanted.fingerprint).verdict).toBe('unknown');
});

test('the last day is day 0, and ended is ended', () => {
  expect(inWords(certificate(0), NOW)).toMatch(/^ends in 0 days, at 2026-11-21 02:48 UTC$/);
  expect(inWords(certificate(-1), NOW)).toMatch(/^\*\*has ended\*\*/);
});
