/** Against a real Prometheus that scrapes a page of this test every half second. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallContext, ImplementedRead } from '../../../activities/kit/index.ts';
import { createPrometheusSteps, type PrometheusStepsOptions } from '../../../activities/prometheus/steps.ts';
import { freePort } from '../../../embedded/ports.ts';
import { until } from '../../setup/until.ts';
import { serve, type TestServer } from './http-server.ts';

const WINDOW = '4s';
const TRACE = '5b8efff798038103d269b633813fc60c';
let page: TestServer;
/** OpenMetrics, where samples name the trace that they were counted with. */
let traced: TestServer;
let prometheus: ChildProcess;
let folder: string;
let url: string;
/** What the page says; each scrape adds. */
const counted = { ok: 0, failed: 0, okEach: 9, failedEach: 1 };
let extra = '';
/** What exporters say of the service shop, and Istio of the service mesh. */
const measured = () => {
  const shop = 'service="shop",namespace="shops"';
  const mesh = 'reporter="destination",destination_service_name="mesh",destination_service_namespace="shops"';
  const pod = 'namespace="shops",pod="shop-7d4f9c6b8d-x2x4z",container="main"';
  return `http_request_duration_seconds_bucket{${shop},le="0.1"} ${counted.ok}
http_request_duration_seconds_bucket{${shop},le="+Inf"} ${counted.ok}
http_request_duration_seconds_bucket{service="idle",namespace="shops",le="+Inf"} 7
istio_requests_total{${mesh},response_code="200"} ${counted.ok}
istio_requests_total{${mesh},response_code="503"} ${counted.failed}
http_requests_total{service="unsaid",namespace="shops"} ${counted.ok}
istio_request_duration_milliseconds_bucket{${mesh},le="100"} ${counted.ok}
istio_request_duration_milliseconds_bucket{${mesh},le="+Inf"} ${counted.ok}
hikaricp_connections_active{${shop}} 9
hikaricp_connections_max{${shop}} 10
go_sql_in_use_connections{service="pool",pod="pool-a"} 8
go_sql_max_open_connections{service="pool",pod="pool-a"} 8
go_sql_in_use_connections{service="pool",pod="pool-b"} 0
go_sql_max_open_connections{service="pool",pod="pool-b"} 4
go_sql_in_use_connections{service="pool",pod="pool-a",db_name="reports"} 0
go_sql_max_open_connections{service="pool",pod="pool-a",db_name="reports"} 8
go_sql_in_use_connections{service="pool",pod="pool-a",db_name="unlimited"} 30
go_sql_max_open_connections{service="pool",pod="pool-a",db_name="unlimited"} 0
go_sql_in_use_connections{service="pool",pod="pool-unlimited"} 3
go_sql_max_open_connections{service="pool",pod="pool-unlimited"} 0
container_memory_working_set_bytes{${pod}} 50
kube_pod_container_resource_limits{${pod},resource="memory"} 100
kube_pod_container_status_restarts_total{${pod}} 3
`;
};
let liveExtra = () => '';

beforeAll(async () => {
  page = await serve((_, response) => {
    counted.ok += counted.okEach;
    counted.failed += counted.failedEach;
    const series = (service: string, code: string, value: number) =>
      `http_requests_total{service="${service}",namespace="shops",code="${code}"} ${value}\n`;
    response.end(
      series('shop', '200', counted.ok) +
        series('shop', '502', counted.failed) +
        series('calm', '200', counted.ok) +
        series('idle', '200', 7) +
        measured() +
        extra +
        liveExtra(),
    );
  });
  traced = await serve((_, response) => {
    response.setHeader('content-type', 'application/openmetrics-text; version=1.0.0; charset=utf-8');
    const exemplar = `# {trace_id="${TRACE}"} 0.41 ${(Date.now() / 1000).toFixed(3)}`;
    response.end(`traced_seconds_bucket{service="traced",le="0.5"} ${counted.ok} ${exemplar}\n# EOF\n`);
  });
  folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const target = new URL(page.url).host;
  await writeFile(
    join(folder, 'prometheus.yaml'),
    `global: { scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms }
rule_files: [rules.yaml]
scrape_configs:
  - job_name: page
    honor_labels: true
    static_configs: [{ targets: ['${target}', '${new URL(traced.url).host}'] }]
`,
  );
  await writeFile(
    join(folder, 'rules.yaml'),
    `groups:
  - name: test
    rules:
      - { alert: HighErrorRate, expr: 'sum by (service) (rate(http_requests_total{code="502"}[4s])) > 0', labels: { team: shops } }
`,
  );
  prometheus = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
      '--enable-feature=exemplar-storage',
    ],
    { stdio: 'ignore' },
  );
  prometheus.on('error', () => undefined);
  await until(async () => (await rate('shop')).state === 'known');
});
afterAll(async () => {
  await new Promise((resolve) => {
    prometheus.once('exit', resolve);
    prometheus.kill('SIGKILL');
  });
  await Promise.all([page.close(), traced.close()]);
  await rm(folder, { recursive: true, force: true });
});

const context: CallContext = {
  signal: new AbortController().signal,
  heartbeat: () => undefined,
  deadline: new Date(Date.now() + 60_000),
};
/** Calls a step as the worker does: the input parsed before, the output after. */
async function call(
  name: string,
  input: unknown,
  more: Pick<PrometheusStepsOptions, 'questions'> = {},
  keep?: CallContext['keep'],
): Promise<Record<string, unknown>> {
  const steps = createPrometheusSteps({ url, requests: { window: WINDOW, maxAgeSeconds: 5 }, ...more });
  const step = steps.find((s) => s.contract.name === `prometheus.${name}`) as ImplementedRead;
  const output = await step.run(step.contract.input.parse(input), { ...context, keep });
  return step.contract.output.parse(output) as Record<string, unknown>;
}
const rate = (service: string, namespace = 'shops') =>
  call('errorRate', { service, namespace }).catch(() => ({ state: 'down' }));

describe('the error rate', () => {
  test('is the share of 5xx, with the time of its newest sample', async () => {
    const answer = await call('errorRate', { service: 'shop', namespace: 'shops' });
    expect(answer).toMatchObject({ state: 'known', ratio: expect.closeTo(0.1, 2) });
    expect(answer.ageSeconds).toBeLessThan(5);
    expect(answer.totalPerSecond).toBeGreaterThan(0);
  });
  test('is 0 where no 5xx was ever counted', async () => {
    expect(await rate('calm')).toMatchObject({ state: 'known', ratio: 0 });
  });
  test('is unknown without traffic, and for a service that nobody counts', async () => {
    expect(await rate('idle')).toMatchObject({ state: 'unknown', why: 'no-traffic' });
    expect(await rate('nobody')).toMatchObject({ state: 'unknown', why: 'empty' });
    expect(await rate('shop', 'elsewhere')).toMatchObject({ state: 'unknown', why: 'empty' });
  });
  test('is that of whichever exporter counts requests with their status', async () => {
    const mesh = await until(async () => {
      const answer = await rate('mesh');
      return answer.state === 'known' && answer;
    });
    expect(mesh).toMatchObject({
      ratio: expect.closeTo(0.1, 2),
      query: expect.stringContaining('istio_requests_total{response_code=~"5.."'),
    });
    expect(await rate('unsaid')).toMatchObject({
      state: 'unknown',
      why: 'empty',
      reason: expect.stringContaining('counted by status'),
    });
    const errors = {
      all: 'http_requests_total{service="shop",kind!="$service"}',
      failed: 'http_requests_total{service="shop",code="502"}',
    };
    expect(await call('errorRate', { service: 'other' }, { questions: { errors } })).toMatchObject({
      state: 'known',
      ratio: expect.closeTo(0.1, 2),
    });
  });
  test('gives a verdict, and unknown is none', async () => {
    expect(await call('errorRateBelow', { service: 'shop', namespace: 'shops', below: 0.5 })).toMatchObject({
      verdict: 'pass',
    });
    expect(await call('errorRateBelow', { service: 'shop', namespace: 'shops', below: 0.05 })).toMatchObject({
      verdict: 'fail',
    });
    expect(await call('errorRateBelow', { service: 'nobody', below: 1 })).toMatchObject({
      verdict: 'unknown',
    });
  });
});

describe('a query', () => {
  test('answers values with labels and the age of the raw sample', async () => {
    const answer = await call('query', { expr: 'http_requests_total{service="idle"}' });
    expect(answer).toMatchObject({
      state: 'known',
      samples: [{ labels: { service: 'idle', code: '200' }, value: 7 }],
    });
  });
  test.each([
    ['vector(1)/0', 'nan'],
    ['nothing_of_that_name', 'empty'],
    ['http_requests_total[1m]', 'empty'],
  ])('%s is unknown: %s', async (expr, why) => {
    expect(await call('query', { expr })).toMatchObject({ state: 'unknown', why });
  });
  test('that cannot be parsed is refused with Prometheus’ own words', async () => {
    await expect(call('query', { expr: 'sum(' })).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/parse error/),
    });
  });
  test('of a series that has gone stale is unknown long before Prometheus forgets it', async () => {
    // An explicit timestamp keeps a series in the lookback of 5 minutes without a staleness marker, as a federated one is.
    extra = `old_total ${1} ${Date.now() - 60_000}\n`;
    await until(
      async () => (await call('query', { expr: 'old_total', maxAgeSeconds: 300 })).state === 'known',
    );
    expect(await call('query', { expr: 'old_total', maxAgeSeconds: 30 })).toMatchObject({
      state: 'unknown',
      why: 'stale',
    });
  });
});

describe('named questions', () => {
  const asked = (name: string, input: object) =>
    call(name, { service: 'shop', namespace: 'shops', ...input });

  test('are answered by whichever exporter is there, in one unit', async () => {
    const known = (name: string, input: object) =>
      until(async () => {
        const answer = await asked(name, input);
        return answer.state === 'known' && answer;
      });
    expect(await known('latencyQuantile', {})).toMatchObject({
      value: expect.closeTo(0.095, 3),
      unit: 'seconds',
      exporter: 'Prometheus clients',
      query: expect.stringMatching(/^histogram_quantile\(0\.95/),
    });
    expect(await known('latencyQuantile', { service: 'mesh' })).toMatchObject({
      value: expect.closeTo(0.095, 3),
      exporter: 'Istio',
    });
    expect((await known('traffic', {})).value).toBeGreaterThan(0);
    expect(await known('saturation', { of: 'connections' })).toMatchObject({
      value: 0.9,
      exporter: 'HikariCP',
    });
    expect(await known('saturation', { of: 'memory' })).toMatchObject({ value: 0.5, unit: 'ratio' });
    expect(await known('restarts', { window: WINDOW })).toMatchObject({ value: 0, unit: 'restarts' });
  });

  test('have no answer where nobody measures, and where nobody asks', async () => {
    expect(await asked('latencyQuantile', { service: 'nobody' })).toMatchObject({
      state: 'unknown',
      why: 'empty',
      reason: expect.stringMatching(
        /nobody measures the latency of nobody: .*Istio \(istio_request_duration/,
      ),
    });
    expect(await asked('latencyQuantile', { service: 'idle' })).toMatchObject({
      state: 'unknown',
      why: 'nan',
      reason: 'nobody asked anything of idle in 4s',
    });
    expect(await asked('saturation', { service: 'idle', of: 'cpu' })).toMatchObject({ state: 'unknown' });
  });

  test('are asked as the configuration says', async () => {
    const questions = {
      connections: { needs: 'hikaricp_connections_max{$labels(service,namespace)}', expr: 'vector(0.25)' },
    };
    expect(
      await call('saturation', { service: 'shop', namespace: 'shops', of: 'connections' }, { questions }),
    ).toMatchObject({ value: 0.25, exporter: 'the configuration' });
  });
});

test('connection pools are told by pod, the fullest first, with the least that was in use', async () => {
  const input = { service: 'pool', window: '15s' };
  const known = await until(async () => {
    const answer = await call('connectionPools', input);
    const { pods } = answer as { pods?: { pod: string; leastInUse: number | null }[] };
    const seen = pods?.some((p) => p.pod === 'pool-b') && pods.every((p) => p.leastInUse !== null);
    return pods && seen && { answer, pods };
  });
  expect(known.answer).toMatchObject({ state: 'known', exporter: 'Go database/sql' });
  // A pool without a limit is never full.
  expect(known.pods.map((p) => p.pod)).toEqual(['pool-a', 'pool-b']);
  expect(known.pods[0]).toEqual({ pod: 'pool-a', inUse: 8, size: 8, leastInUse: 8 });
  expect(await call('connectionPools', { service: 'nobody' })).toMatchObject({
    state: 'unknown',
    reason: expect.stringMatching(/there are no samples of HikariCP \(hikaricp_connections_active\), Go/),
  });
});

test('what was counted with a trace is found; none is an answer only where other traces have some', async () => {
  const asked = (traceId: string) =>
    call('exemplars', {
      traceId,
      from: new Date(Date.now() - 60_000).toISOString(),
      to: new Date(Date.now() + 60_000).toISOString(),
    });
  const found = await until(async () => {
    const answer = await asked(TRACE);
    return answer.state === 'known' && answer;
  });
  expect(found.samples).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        series: 'traced_seconds_bucket',
        labels: expect.objectContaining({ service: 'traced' }),
        value: 0.41,
      }),
    ]),
  );
  expect(await asked('ab')).toMatchObject({ state: 'known', samples: [] });
  expect(
    await call('exemplars', {
      traceId: TRACE,
      from: '2026-01-01T00:00:00Z',
      to: '2026-01-01T01:00:00Z',
    }),
  ).toMatchObject({ state: 'unknown', reason: expect.stringMatching(/exemplar-storage/) });
});

test('a range has its points, a summary, and no NaN', async () => {
  const range = { expr: 'hikaricp_connections_active / (hikaricp_connections_max > 0)', since: '4s' };
  expect(await call('queryRange', range)).toMatchObject({
    state: 'known',
    stepSeconds: 1,
    seriesFound: 1,
    series: [{ labels: { service: 'shop' }, min: 0.9, max: 0.9, mean: expect.closeTo(0.9), last: 0.9 }],
  });
  expect(await call('queryRange', { expr: 'vector(0)/0', since: '4s' })).toMatchObject({ why: 'nan' });
  expect(await call('queryRange', { expr: 'nothing_of_that_name' })).toMatchObject({ why: 'empty' });
  expect(await call('series', { match: 'hikaricp_connections_active' })).toMatchObject({
    state: 'known',
    found: 1,
    series: [{ service: 'shop', namespace: 'shops' }],
  });
});

test('a value is compared with what it was', async () => {
  const beside = (expr: string) => call('compare', { expr, before: '4s', around: '2s' });
  const steady = await until(async () => {
    const answer = await beside('sum(hikaricp_connections_active)');
    return answer.verdict !== 'unknown' && answer;
  });
  expect(steady).toMatchObject({ verdict: 'pass', now: 9, before: { min: 9, median: 9, max: 9 } });
  expect(await beside('sum(nothing_of_that_name)')).toMatchObject({ verdict: 'unknown' });
  expect(await call('compare', { expr: 'sum(hikaricp_connections_active)', before: '7d' })).toMatchObject({
    verdict: 'unknown',
    now: 9,
    reason: expect.stringMatching(/no value 7d before/),
  });
});

test('CPU throttling is the share of periods, by container, and unknown where nobody counted them', async () => {
  const started = Date.now();
  const labels = (pod: string) => `{namespace="shops",pod="${pod}",container="main"}`;
  liveExtra = () => {
    const ms = Date.now() - started;
    const series = (metric: string, pod: string, each: number) =>
      `container_cpu_${metric}${labels(pod)} ${(each * ms) / 1000}\n`;
    return (
      series('cfs_periods_total', 'busy', 10) +
      series('cfs_throttled_periods_total', 'busy', 6) +
      series('usage_seconds_total', 'busy', 0.25) +
      series('cfs_periods_total', 'idle', 10) +
      series('cfs_throttled_periods_total', 'idle', 0)
    );
  };
  const ask = (pods: string[]) => call('containerCpu', { namespace: 'shops', pods, window: WINDOW });
  const { containers } = await until(async () => {
    const answer = await ask(['busy', 'idle', 'gone']);
    const { containers } = answer as { containers?: { cores: number | null }[] };
    // A series has to fill the window before its rate is what it is.
    return (containers?.[0]?.cores ?? 0) > 0.2 && { containers };
  });
  expect(containers).toEqual([
    {
      pod: 'busy',
      container: 'main',
      throttled: expect.closeTo(0.6, 1),
      cores: expect.closeTo(0.25, 1),
    },
    { pod: 'idle', container: 'main', throttled: 0, cores: null },
  ]);
  const kept: string[] = [];
  // The last moment that a chart shows is some seconds ago: there has to be a rate then, too.
  const charted = await until(async () => {
    const answer = await call(
      'containerCpu',
      { namespace: 'shops', pods: ['busy', 'idle'], window: WINDOW, chart: 'CPU throttling of shop' },
      {},
      async ({ name, mediaType, content }) => {
        kept.push(String(content));
        return { name, mediaType, bytes: content.length, sha256: 'a'.repeat(64) };
      },
    );
    return answer.state === 'known' && answer.chart !== undefined && answer;
  });
  expect(charted).toMatchObject({ chart: { name: 'cpu-throttling-of-shop.svg' } });
  expect(kept[0]).toMatch(/pod=(busy|idle)/);
  expect(await ask(['gone'])).toMatchObject({
    state: 'unknown',
    why: 'empty',
    reason: expect.stringMatching(/nobody counted CPU periods of these 1 pods twice in 4s/),
  });
});

test('alerts are told with when they fired, and a past that was not kept is not known', async () => {
  const asked = { alertname: 'HighErrorRate', labels: { team: 'shops', service: 'shop' } };
  interface History {
    readonly active: readonly unknown[];
    readonly fired: readonly { readonly to?: string }[];
  }
  const answer = await until(async () => {
    const alerts = await call('alerts', { ...asked, since: '15s' });
    const { active, fired } = alerts as unknown as Partial<History>;
    return active && fired && active.length > 0 && fired.length > 0 && alerts;
  });
  expect(answer).toMatchObject({
    state: 'known',
    active: [{ state: 'firing', labels: { service: 'shop' } }],
    stepSeconds: 15,
  });
  expect((answer as unknown as History).fired.at(-1)?.to).toBeUndefined();
  // This Prometheus is younger than a week.
  const week = await call('alerts', asked);
  expect(week).toMatchObject({
    state: 'unknown',
    why: 'empty',
    reason: expect.stringMatching(
      /^Prometheus has [\d.]+ % of 7d only|^Prometheus has no samples of `up` in 7d/,
    ),
    seen: { active: [{ state: 'firing', labels: { service: 'shop' } }] },
  });
  expect(await call('alerts', { ...asked, labels: { service: 'calm' }, since: '15s' })).toMatchObject({
    state: 'known',
    active: [],
    fired: [],
  });
});
