import { expect, test } from '@jest/globals';
import { StepFailure } from '../../../../activities/kit/index.ts';
import { clockAheadMs, parseAnswer, quotable } from '../../../../activities/hosts/program/answer.ts';
import { ranWith, sample, sampleText } from '../sample.ts';

const failureOf = (ran: Partial<ReturnType<typeof ranWith>>, effect: 'read' | 'change'): StepFailure => {
  try {
    parseAnswer({ host: 'worker-3', effect }, { ...ranWith(''), ...ran });
  } catch (error) {
    if (error instanceof StepFailure) return error;
  }
  throw new Error('was understood');
};

test('an answer says its boot, its clock, the exit status and the lines between', () => {
  const answer = sample('status-running.txt');
  expect(answer.bootId).toBe('5e0b7896-49c0-4d31-904b-9ddfd10830bb');
  expect(answer.status).toBe(0);
  expect(answer.lines).toContain('Id=kube-proxy.service');
  expect(answer.lines.join()).not.toMatch(/nightshift-end|host-time/);
});

test.each([
  ['sees no difference while the measurement allows none', 0, 0],
  ['sees five minutes ahead', 300_000, 300_000 - 60],
  ['sees five minutes behind', -300_000, -300_000 + 40],
])('the clock: %s', (_what, difference, measured) => {
  const ran = ranWith(sampleText('status-running.txt'));
  const shifted = { ...ran, sentAt: ran.sentAt - difference, endedAt: ran.endedAt - difference };
  expect(
    Math.abs(clockAheadMs(parseAnswer({ host: 'worker-3', effect: 'read' }, shifted)) - measured),
  ).toBeLessThan(3);
});

test.each<
  [what: string, ran: Partial<ReturnType<typeof ranWith>>, read: string, change: string, message: RegExp]
>([
  [
    'cut off in the middle',
    { stdout: sampleText('status-running.txt').slice(0, 200) },
    'retryable',
    'unknown-outcome',
    /cut off/,
  ],
  [
    'the program is not there',
    { code: 127, stderr: 'sh: nightshift-host: not found' },
    'invalid',
    'invalid',
    /not installed/,
  ],
  [
    'sudo does not allow it',
    { code: 1, stderr: 'sudo: a password is required' },
    'refused',
    'refused',
    /sudo on worker-3/,
  ],
  [
    'the words were refused',
    { code: 64, stderr: 'nightshift-host: not an address' },
    'invalid',
    'invalid',
    /refused: nightshift-host: not an address/,
  ],
  [
    'an older version that does not know the verb',
    { code: 64, stderr: 'nightshift-host: no such verb to read' },
    'invalid',
    'invalid',
    /no such verb/,
  ],
  ['nothing at all', { code: 1, stderr: '' }, 'invalid', 'unknown-outcome', /no answer that can be read/],
])('%s', (_what, ran, read, change, message) => {
  expect([failureOf(ran, 'read').kind, failureOf(ran, 'change').kind]).toEqual([read, change]);
  expect(failureOf(ran, 'read').message).toMatch(message);
});

test('an older version answers what it knows, and what it does not know says how to renew it', () => {
  const newer = sampleText('status-running.txt').replace('nightshift-host 1', 'nightshift-host 27');
  expect(parseAnswer({ host: 'worker-3', effect: 'read' }, ranWith(newer)).status).toBe(0);
  expect(failureOf({ code: 64, stderr: 'nightshift-host: no such verb to read' }, 'read').next).toMatch(
    /nightshift host install worker-3/,
  );
});

test('what a host prints cannot write to the screen or turn its text around', () => {
  expect(quotable('\u001b[31mred\u0007\n\u202eevil')).toBe('[31mred evil');
});
