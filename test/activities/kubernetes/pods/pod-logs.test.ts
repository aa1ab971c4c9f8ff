import { expect, test } from '@jest/globals';
import { containerOf } from '../../../../activities/kubernetes/pods/container-of.ts';
import {
  countPattern,
  errorInsteadOfLog,
  parseLog,
} from '../../../../activities/kubernetes/pods/pod-logs.ts';
import { rawPod } from '../objects.ts';

test('lines keep their order, times and text; a line without a time keeps its text', () => {
  expect(parseLog('2026-11-21T02:46:01.123456789Z FATAL: no\n2026-11-21T02:46:02Z \ncut off\n')).toEqual([
    { at: '2026-11-21T02:46:01.123Z', text: 'FATAL: no' },
    { at: '2026-11-21T02:46:02.000Z', text: '' },
    { text: 'cut off' },
  ]);
  expect(parseLog('')).toEqual([]);
});

test("the runtime's excuse is no log line", () => {
  expect(errorInsteadOfLog('unable to retrieve container logs for containerd://abc123')).toMatch(/unable/);
  expect(
    errorInsteadOfLog('2026-11-21T02:46:01Z FATAL: unable to retrieve container logs for x from peer'),
  ).toBeUndefined();
  expect(errorInsteadOfLog('')).toBeUndefined();
});

test('patterns are counted by line, with the first and the last that matched', () => {
  const lines = parseLog('a FATAL 1\nok\nFATAL 2 FATAL\n');
  expect(countPattern('FATAL', lines)).toEqual({
    pattern: 'FATAL',
    count: 2,
    first: { text: 'a FATAL 1' },
    last: { text: 'FATAL 2 FATAL' },
  });
  expect(countPattern('^FATAL', lines).count).toBe(1);
  expect(countPattern('panic', lines)).toEqual({ pattern: 'panic', count: 0 });
});

test('what a pod writes cannot steer a terminal', () => {
  expect(countPattern('x', parseLog('\u001b[31mx\u202e')).first).toEqual({ text: '[31mx' });
});

test('which container is meant', () => {
  const two = rawPod({ spec: { containers: [{ name: 'app' }, { name: 'proxy' }] } });
  expect(containerOf(rawPod(), undefined)).toBe('app');
  expect(containerOf(two, 'proxy')).toBe('proxy');
  expect(() => containerOf(two, undefined)).toThrow(/2 containers: say which/);
  expect(() => containerOf(two, 'nope')).toThrow(/no container "nope"/);
  const annotated = {
    ...two,
    metadata: { annotations: { 'kubectl.kubernetes.io/default-container': 'proxy' } },
  };
  expect(containerOf(annotated, undefined)).toBe('proxy');
});
