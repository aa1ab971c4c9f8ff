import { expect, test } from '@jest/globals';
import { correlate, type CorrelationTerms, type IncidentFacts } from '../../ledger/correlate.ts';

const now = '2026-11-21T03:00:00.000Z';
const input = { node: 'worker-3' };
const run = (workflowId: string, changes: Partial<IncidentFacts['open'][number]> = {}) => ({
  ...{ workflowId, waiting: false, inputs: [], over: false },
  ...changes,
});
const became = (terms: Partial<CorrelationTerms>, facts: Partial<IncidentFacts> = {}) =>
  correlate({ onRepeat: 'join', ...terms }, input, { now, open: [], receivedAt: [], ...facts });

test('the first alert of an incident is a new run', () => {
  expect(became({})).toEqual({ effect: 'new' });
});

test.each([
  ['join', { effect: 'joined', workflowId: 'b' }],
  ['ignore', { effect: 'ignored', workflowId: 'b' }],
  ['queue', { effect: 'queued', after: 'b' }],
] as const)('while a run is open, %s', (onRepeat, expected) => {
  expect(became({ onRepeat }, { open: [run('a'), run('b')] })).toEqual(expected);
});

test('a run whose alert has resolved is joined by nothing, but a queue waits until it has ended', () => {
  const open = [run('a', { over: true })];
  expect(became({ onRepeat: 'join' }, { open })).toEqual({ effect: 'new' });
  expect(became({ onRepeat: 'queue' }, { open })).toEqual({ effect: 'queued', after: 'a' });
});

test('the same again is not queued twice', () => {
  const open = [run('a'), run('b', { waiting: true, inputs: [{ node: 'worker-3' }] })];
  expect(became({ onRepeat: 'queue' }, { open })).toEqual({ effect: 'joined', workflowId: 'b' });
  const other = [run('a'), run('b', { waiting: true, inputs: [{ node: 'worker-1' }] })];
  expect(became({ onRepeat: 'queue' }, { open: other })).toEqual({ effect: 'queued', after: 'b' });
});

test('soon after the last run the next one cools down; later it does not', () => {
  const terms = { cooldownMs: 600_000 };
  expect(became(terms, { lastEndedAt: '2026-11-21T02:55:00.000Z' })).toEqual({
    effect: 'delayed',
    notBefore: '2026-11-21T03:05:00.000Z',
    why: 'cools down after the last run',
  });
  expect(became(terms, { lastEndedAt: '2026-11-21T02:40:00.000Z' })).toEqual({ effect: 'new' });
});

test('an incident that flaps waits until the oldest of its runs is out of the window', () => {
  const terms = { flapping: { runs: 2, withinMs: 3_600_000 } };
  const receivedAt = ['2026-11-21T02:10:00.000Z', '2026-11-21T02:20:00.000Z', '2026-11-21T02:40:00.000Z'];
  expect(became(terms, { receivedAt })).toEqual({
    effect: 'delayed',
    notBefore: '2026-11-21T03:20:00.000Z',
    why: 'flaps: 2 runs since 2026-11-21T02:20:00.000Z',
  });
  expect(became(terms, { receivedAt: receivedAt.slice(2) })).toEqual({ effect: 'new' });
});

test('a run gathers alerts until it starts, then the next one does', () => {
  const merge = (inputs: readonly unknown[]) => ({
    nodes: (inputs as { node: string }[]).map(({ node }) => node),
  });
  const gather = { forMs: 20_000, merge };
  expect(became({ gather })).toEqual({
    effect: 'new',
    notBefore: '2026-11-21T03:00:20.000Z',
    why: 'gathers alerts',
  });
  const open = [run('a', { waiting: true, inputs: [{ node: 'worker-1' }] })];
  expect(became({ gather }, { open })).toEqual({
    effect: 'gathered',
    workflowId: 'a',
    input: { nodes: ['worker-1', 'worker-3'] },
    inputs: [{ node: 'worker-1' }, input],
  });
  expect(became({ gather, onRepeat: 'queue' }, { open: [run('a')] })).toEqual({
    effect: 'queued',
    after: 'a',
  });
});

test('inputs that do not make one are queued or joined instead: no alert is lost', () => {
  const merge = () => {
    throw new Error('no');
  };
  const open = [run('a', { waiting: true, inputs: [{ node: 'worker-1' }] })];
  expect(became({ gather: { forMs: 1, merge }, onRepeat: 'queue' }, { open })).toEqual({
    effect: 'queued',
    after: 'a',
  });
});
