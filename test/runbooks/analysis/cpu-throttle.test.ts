import { expect, test } from '@jest/globals';
import {
  millisOf,
  mostThrottled,
  newCpuLimit,
  throttlingFell,
} from '../../../runbooks/analysis/cpu-throttle.ts';
import { deploymentOfPod } from '../../../runbooks/cpu-throttling/deployment-of-pod.ts';

const sample = (pod: string, throttled: number, container = 'main', cores: number | null = 0.05) => ({
  pod,
  container,
  throttled,
  cores,
});

test('the container that is throttled in most pods, with its worst share and those that are spared', () => {
  expect(
    mostThrottled([
      sample('a', 0.9, 'proxy'),
      sample('a', 0.5),
      sample('b', 0.6, 'main', 0.08),
      sample('c', 0.01),
    ]),
  ).toMatchObject({
    container: 'main',
    pods: [{ pod: 'b' }, { pod: 'a' }],
    spared: 1,
    worst: 0.6,
    cores: 0.08,
  });
});

test('a quarter of the periods is not felt, and no use is not 0', () => {
  expect(mostThrottled([sample('a', 0.25), sample('b', 0)])).toBeUndefined();
  expect(mostThrottled([sample('a', 0.9, 'main', null)])?.cores).toBeNull();
});

test.each([
  ['500m', 500],
  ['2', 2_000],
  ['0.5', 500],
  ['100Mi', undefined],
  [undefined, undefined],
])('%s is %s thousandths of a core', (quantity, millis) => expect(millisOf(quantity)).toBe(millis));

test.each<[string, Parameters<typeof newCpuLimit>[0], string | null, RegExp]>([
  [
    'busy up to its limit: four times at most',
    { limitMillis: 500, throttled: 0.95, cores: 0.5, nodeMillis: 8_000 },
    '2',
    /used 500m of its 500m on average, and could not use more.*95 %/,
  ],
  [
    'in bursts: twice at least',
    { limitMillis: 1_000, throttled: 0.4, cores: 0.1, nodeMillis: 8_000 },
    '2',
    /used 100m of its 1000m on average: it needs its CPU in bursts, which an average hides/,
  ],
  [
    'in between: what it would use unstopped, and a quarter',
    { limitMillis: 200, throttled: 0.6, cores: 0.19, nodeMillis: 8_000 },
    '600m',
    /is 600m\.$/,
  ],
  [
    'use unknown: said, and the limit stands for it',
    { limitMillis: 100, throttled: 0.5, cores: null, nodeMillis: 8_000 },
    '250m',
    /How much it used of its 100m was not measured/,
  ],
  [
    'no node has so much: the limit goes',
    { limitMillis: 2_000, throttled: 0.9, cores: 2, nodeMillis: 4_000 },
    null,
    /would need 8000m, and its node has 4000m.*request still keeps its share/,
  ],
])('%s', (_, facts, cpu, reasoning) => {
  const limit = newCpuLimit(facts);
  expect(limit.cpu).toBe(cpu);
  expect(limit.reasoning).toMatch(reasoning);
});

test('calm is every pod measured and below a tenth; an unmeasured one is unknown', () => {
  const of = { container: 'main', pods: ['a', 'b'] };
  expect(throttlingFell([sample('a', 0.02), sample('b', 0.05)], of).verdict).toBe('pass');
  expect(throttlingFell([sample('a', 0.02), sample('b', 0.3)], of)).toMatchObject({
    verdict: 'fail',
    reason: expect.stringMatching(/30 % of its periods at most/),
  });
  expect(throttlingFell([sample('a', 0), sample('b', 0, 'proxy')], of)).toMatchObject({
    verdict: 'unknown',
    reason: '1 of 2 pods were not measured yet (b)',
  });
  expect(throttlingFell([], { container: 'main', pods: [] }).verdict).toBe('unknown');
});

test.each([
  ['search-api-6bf498f5cd-nlkhs', 'search-api'],
  ['database-0', ''],
  ['node-exporter-x7k2p', ''],
])('the Deployment of pod %s is "%s"', (pod, deployment) => expect(deploymentOfPod(pod)).toBe(deployment));
