import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { fits, matchTriggers, parseInput } from '../../../gateway/alerts/match-triggers.ts';
import type { Alert } from '../../../ledger/api.ts';
import { defineRunbook, onAlert } from '../../../workflows/define-runbook.ts';

const alert: Alert = {
  source: 'alertmanager',
  fingerprint: 'f',
  status: 'firing',
  name: 'HighErrorRate',
  severity: 'critical',
  labels: { alertname: 'HighErrorRate', service: 'payments', node: 'worker-3' },
  annotations: {},
  startedAt: '2026-11-21T02:47:00.000Z',
  authenticated: true,
  raw: {},
};

test.each<[string, Parameters<typeof fits>[0], boolean]>([
  ['the name', { alertname: 'HighErrorRate' }, true],
  ['another name', { alertname: 'HighErrorRat' }, false],
  ['a pattern of the whole name', { alertname: /High.*Rate/ }, true],
  ['a pattern of a part of it', { alertname: /High/ }, false],
  ['alternatives stay alternatives of the whole', { alertname: /Other|High/ }, false],
  ['a pattern’s flags', { alertname: /higherrorrate/i }, true],
  ['a label', { alertname: 'HighErrorRate', labels: { service: 'payments' } }, true],
  ['a label that differs', { alertname: 'HighErrorRate', labels: { service: 'orders' } }, false],
  ['a label that it lacks', { alertname: 'HighErrorRate', labels: { zone: /.*/ } }, false],
  ['a label inherited from Object', { alertname: 'HighErrorRate', labels: { constructor: /.*/ } }, false],
  ['all labels', { alertname: /.*/, labels: { service: /pay.*/, node: 'worker-1' } }, false],
])('%s', (_, match, expected) => {
  expect(fits(match, alert)).toBe(expected);
  expect(fits(match, alert)).toBe(expected);
});

test('a pattern with a state of its own matches every time', () => {
  const match = { alertname: /HighErrorRate/g };
  expect([fits(match, alert), fits(match, alert), fits(match, alert)]).toEqual([true, true, true]);
});

const input = z.object({ service: z.string().min(2), node: z.string().default('any') });
const runbook = (id: string, ...triggers: ReturnType<typeof onAlert>[]) =>
  defineRunbook({
    id,
    title: `The title of ${id}`,
    owner: 'team',
    description: 'd',
    input,
    triggers: triggers as never,
    correlationKey: ({ service, node }) => `${service}@${node}`,
    run: async () => undefined,
  });
const byService = onAlert({ alertname: 'HighErrorRate' }, ({ labels }) => ({ service: labels['service'] }));

test('a match carries the input as it was made, and the key of the input as it is parsed', () => {
  expect(matchTriggers([runbook('a', byService)], alert)).toEqual({
    matches: [
      {
        runbook: 'a',
        title: 'The title of a',
        input: { service: 'payments' },
        correlationKey: 'payments@any',
        onRepeat: 'join',
        whenAlertResolves: 'finish',
      },
    ],
    refused: [],
  });
});

test('a runbook starts once, by its first trigger that fits; one that does not fit is left alone', () => {
  const never = onAlert({ alertname: 'Other' }, () => ({ service: 'never' }));
  const second = onAlert({ alertname: /.*/ }, () => ({ service: 'second' }));
  const { matches } = matchTriggers([runbook('a', never, byService, second), runbook('b', never)], alert);
  expect(matches.map((m) => [m.runbook, m.input])).toEqual([['a', { service: 'payments' }]]);
});

test('an input that does not parse, or cannot be made, starts nothing and says why; others still start', () => {
  const short = onAlert({ alertname: /.*/ }, () => ({ service: 'x' }));
  const throws = onAlert({ alertname: /.*/ }, () => {
    throw new Error('no such label');
  });
  const nothing = onAlert({ alertname: /.*/ }, () => undefined);
  const { matches, refused } = matchTriggers(
    [runbook('a', short), runbook('b', throws), runbook('c', byService), runbook('d', nothing)],
    alert,
  );
  expect(matches.map((m) => m.runbook)).toEqual(['c']);
  expect(refused.map((r) => r.runbook)).toEqual(['a', 'b', 'd']);
  expect(refused[0]?.message).toMatch(/^input\.service: /);
  expect(refused[1]?.message).toContain('no such label');
});

test('a long key is shortened to one that is still its own', () => {
  const long = (end: string) => parseInput(runbook('a'), { service: `${'s'.repeat(300)}${end}` });
  const [one, other] = [long('1'), long('2')] as { correlationKey: string }[];
  expect(one?.correlationKey.length).toBeLessThan(100);
  expect(one?.correlationKey).not.toBe(other?.correlationKey);
  expect(long('1')).toEqual(one);
});

test('half a character in a label starts the runbook all the same', () => {
  const byInput = defineRunbook({
    ...{ id: 'b', title: 'B', owner: 'team', description: 'd', input, run: async () => undefined },
    triggers: [byService] as never,
  });
  const service = `${'s'.repeat(300)}\ud83d`;
  const { matches, refused } = matchTriggers([runbook('a', byService), byInput], {
    ...alert,
    labels: { service },
  });
  expect(refused).toEqual([]);
  expect(matches.map((m) => [m.runbook, m.input])).toEqual(
    ['a', 'b'].map((id) => [id, { service: service.toWellFormed() }]),
  );
});

test('a correlationKey that throws is a wrong input', () => {
  const broken = {
    input,
    correlationKey: () => {
      throw new Error('mine');
    },
  };
  expect(parseInput(broken, { service: 'payments' })).toEqual({
    fields: [{ field: 'input', message: 'the runbook’s correlationKey failed: Error: mine' }],
  });
});
