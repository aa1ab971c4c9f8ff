import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { bearerMatches, pagerdutySignatureMatches } from '../../../gateway/alerts/signatures.ts';

const body = Buffer.from('{"event":{"id":"01"}}');
const hmac = (secret: string, bytes = body) => createHmac('sha256', secret).update(bytes).digest('hex');
const check = (header: string | undefined, secrets = ['s1', 's2']) =>
  pagerdutySignatureMatches({ header, body, secrets });

test.each([
  ['one signature', `v1=${hmac('s1')}`],
  ['the second secret, while rotating', `v1=${hmac('s2')}`],
  ['one of several', `v1=${hmac('old')},v1=${hmac('s1')}`],
  ['with spaces', `v1=${hmac('old')}, v1=${hmac('s2')}`],
  ['upper-case digits', `v1=${hmac('s1').toUpperCase()}`],
])('accepted: %s', (_, header) => {
  expect(check(header)).toBe(true);
});

test.each([
  ['no header', undefined],
  ['an empty header', ''],
  ['another secret', `v1=${hmac('s3')}`],
  ['another body', `v1=${hmac('s1', Buffer.from('{"event":{"id":"02"}}'))}`],
  ['another version', `v2=${hmac('s1')}`],
  ['no version', hmac('s1')],
  ['a shortened one', `v1=${hmac('s1').slice(0, 62)}`],
  ['a lengthened one', `v1=${hmac('s1')}00`],
  ['no digits', `v1=${'z'.repeat(64)}`],
  ['the right one beyond the tenth', `${`v1=${hmac('x')},`.repeat(10)}v1=${hmac('s1')}`],
])('refused: %s', (_, header) => {
  expect(check(header)).toBe(false);
});

test('without a secret nothing fits, the signature by an empty one neither', () => {
  expect(check(`v1=${hmac('')}`, [])).toBe(false);
});

test.each([
  ['Bearer t0ken', true],
  ['bearer t0ken', true],
  ['Bearer  t0ken', true],
  ['Bearer t0ke', false],
  ['Bearer t0ken x', false],
  ['Basic t0ken', false],
  ['t0ken', false],
  [undefined, false],
])('bearer %s: %s', (header, expected) => {
  expect(bearerMatches(header, 't0ken')).toBe(expected);
});
