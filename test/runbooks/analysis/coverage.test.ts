import { expect, test } from '@jest/globals';
import {
  coverageTable,
  gapsOf,
  idsIn,
  limitsOf,
  logsOf,
  metricsOf,
  probesOf,
  tracesOf,
  workloadsOf,
} from '../../../runbooks/analysis/coverage.ts';
import { pod } from '../pod.ts';

const ok = <T>(value: T) => ({ ok: true, value }) as const;
const failed = { ok: false, kind: 'invalid', message: 'this deployment has no `loki`' } as const;
const lines = (...texts: string[]) =>
  ok({ state: 'known' as const, lines: texts.map((text) => ({ text, labels: {} })) });

test('workloads are those whose pods are meant to run', () => {
  const job = { ...pod('j'), workload: { kind: 'Job', name: 'j', uid: 'j' } };
  const bare = { ...pod('b'), workload: null };
  expect(
    workloadsOf([
      pod('s1'),
      pod('s2'),
      pod('a1', { workload: 'api' }),
      pod('old', { workload: 'gone', condition: 'terminating' }),
      job,
      bare,
    ]),
  ).toEqual([
    { kind: 'Deployment', name: 'api', pods: ['a1'] },
    { kind: 'Deployment', name: 'shop', pods: ['s1', 's2'] },
  ]);
});

test('what could not be asked is unknown, never a gap', () => {
  const marks = [
    probesOf(failed, ['a']),
    limitsOf(failed),
    metricsOf(failed),
    idsIn(failed),
    tracesOf(failed),
  ];
  for (const mark of [...marks, ...Object.values(logsOf(failed))])
    expect(mark).toBe('unknown: this deployment has no `loki`');
});

test('series that were answered in part are not known', () => {
  expect(metricsOf(ok({ state: 'unknown', reason: 'Prometheus answered in part: a store is down' }))).toBe(
    'unknown: Prometheus answered in part: a store is down',
  );
});

test('a container without a readiness probe, and one without a memory limit, are named', () => {
  const container = (name: string, ...kinds: string[]) => ({
    container: name,
    probes: kinds.map((kind) => ({ kind })),
  });
  const pods = ok({
    pods: [{ name: 'a', containers: [container('main', 'readiness'), container('proxy', 'liveness')] }],
  });
  expect(probesOf(pods, ['a'])).toBe('no: proxy without a readiness probe');
  expect(probesOf(pods, ['b'])).toMatch(/^unknown/);
  const limits = (memory?: string): Record<string, string> => (memory ? { memory } : {});
  expect(
    limitsOf(
      ok({
        found: true,
        containers: [
          { name: 'init', kind: 'init', limits: limits() },
          { name: 'main', kind: 'main', limits: limits('1Gi') },
        ],
      }),
    ),
  ).toBe('yes');
  expect(
    limitsOf(ok({ found: true, containers: [{ name: 'main', kind: 'main', limits: limits() }] })),
  ).toMatch(/^no: main/);
});

for (const [what, texts, structured] of [
  ['JSON', ['{"level":"info","msg":"paid"}'], 'yes'],
  ['JSON that was cut', ['{"level":"info","msg":"pa…'], 'yes'],
  ['logfmt', ['level=info msg="all well" took=3ms'], 'yes'],
  ['plain text', ['all is well', 'a=b'], 'no: 2 of 2 lines are plain text'],
  ['a banner among many', ['starting up', ...Array.from({ length: 9 }, () => '{"a":1}')], 'yes'],
] as const) {
  test(`${what} is structured: ${structured}`, () => {
    expect(logsOf(lines(...texts))).toEqual({ logs: 'yes', structured });
  });
}

test('lines that were answered in part are no gap', () => {
  const reason = 'Loki answered in part: an ingester is away';
  expect(logsOf(ok({ state: 'unknown', why: 'warnings', reason }))).toEqual({
    ...{ logs: `unknown: ${reason}`, structured: `unknown: ${reason}` },
  });
});

test('silence is a gap in the logs, and says nothing of their form', () => {
  const silent = ok({ state: 'unknown' as const, why: 'empty', reason: 'no line at all came' });
  expect(logsOf(silent)).toEqual({
    logs: 'no: no line at all came',
    structured: expect.stringMatching(/^unknown/),
  });
  expect(idsIn(silent)).toMatch(/^unknown/);
});

for (const [text, yes] of [
  ['{"request_id":"x"}', true],
  ['requestId=x', true],
  ['X-Request-ID: 7', true],
  ['traceparent=00-ab', true],
  ['a request is paid', false],
] as const) {
  test(`an id in ${text}: ${yes}`, () => expect(idsIn(lines(text)) === 'yes').toBe(yes));
}

test('the table has a line a workload, the gaps a sentence each', () => {
  const row = {
    workload: 'Deployment/api',
    probes: 'yes',
    limits: 'no: main without a memory limit',
    metrics: 'yes',
    logs: 'yes',
    structured: 'yes',
    ids: 'yes',
    traces: 'unknown: nobody to ask',
  } as const;
  expect(coverageTable([row])).toEqual([
    'workload        probes  limits  metrics  logs  structured  ids  traces',
    'Deployment/api  yes     NO      yes      yes   yes         yes  ?',
  ]);
  expect(gapsOf(row)).toEqual(['Deployment/api: limits: main without a memory limit']);
});
