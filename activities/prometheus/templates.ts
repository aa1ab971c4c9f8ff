/**
 * How the named questions are asked, by the metric names of the common exporters. The first whose samples are there and
 * fresh is taken; what the configuration says comes before all of them.
 *
 * `$service`, `$namespace`, `$window` and `$quantile` are filled in; `$labels(a,b)` becomes matchers of the service under
 * the label a and, where a namespace is named, of the namespace under b. `$pods` matches a service's pods by their names.
 */
import type { z } from 'zod';
import type { prometheus } from './contract.ts';
import type { Measure } from './contract/questions.ts';

export type Unit = Extract<z.output<typeof prometheus.traffic.contract.output>, { state: 'known' }>['unit'];

export interface Template {
  readonly exporter: string;
  /** The raw series behind it: tells whether anything is measured, and when it was scraped. */
  readonly needs: string;
  readonly expr: string;
}

export const UNITS: Readonly<Record<Measure, Unit>> = {
  latency: 'seconds',
  traffic: 'requests a second',
  connections: 'ratio',
  cpu: 'ratio',
  memory: 'ratio',
  restarts: 'restarts',
};

const histogram = (exporter: string, series: string, perSecond = 1): Template => ({
  exporter,
  needs: series,
  expr: `histogram_quantile($quantile, sum by (le) (rate(${series}[$window])))${perSecond === 1 ? '' : ` / ${perSecond}`}`,
});
const rate = (exporter: string, series: string): Template => ({
  exporter,
  needs: series,
  expr: `sum(rate(${series}[$window]))`,
});
const fullness = ({ exporter, used, size }: PoolSeries): Template => ({
  exporter,
  needs: used,
  expr: `max(${used} / ${size})`,
});

const ISTIO = '$labels(destination_service_name,destination_service_namespace)';
const CONTAINERS = '$pods,container!="",container!="POD"';

/** The series of a connection pool: in use, and how many there may be. */
export interface PoolSeries {
  readonly exporter: string;
  readonly used: string;
  readonly size: string;
}

export const POOLS: readonly PoolSeries[] = [
  {
    exporter: 'HikariCP',
    used: 'hikaricp_connections_active{$labels(service,namespace)}',
    size: 'hikaricp_connections_max{$labels(service,namespace)}',
  },
  {
    exporter: 'Go database/sql',
    used: 'go_sql_in_use_connections{$labels(service,namespace)}',
    size: '(go_sql_max_open_connections{$labels(service,namespace)} > 0)',
  },
  {
    exporter: 'OpenTelemetry',
    used: 'sum without (state) (db_client_connections_usage{state="used",$labels(service,namespace)})',
    size: 'db_client_connections_max{$labels(service,namespace)}',
  },
];

export const TEMPLATES: Readonly<Record<Measure, readonly Template[]>> = {
  latency: [
    histogram('Prometheus clients', 'http_request_duration_seconds_bucket{$labels(service,namespace)}'),
    histogram('OpenTelemetry', 'http_server_request_duration_seconds_bucket{$labels(service,namespace)}'),
    histogram('Istio', `istio_request_duration_milliseconds_bucket{reporter="destination",${ISTIO}}`, 1000),
    histogram(
      'ingress-nginx',
      'nginx_ingress_controller_request_duration_seconds_bucket{$labels(exported_service,exported_namespace)}',
    ),
  ],
  traffic: [
    rate('Prometheus clients', 'http_requests_total{$labels(service,namespace)}'),
    rate('OpenTelemetry', 'http_server_request_duration_seconds_count{$labels(service,namespace)}'),
    rate('Istio', `istio_requests_total{reporter="destination",${ISTIO}}`),
    rate('ingress-nginx', 'nginx_ingress_controller_requests{$labels(exported_service,exported_namespace)}'),
  ],
  connections: POOLS.map(fullness),
  cpu: [
    {
      exporter: 'kubelet and kube-state-metrics',
      needs: `container_cpu_usage_seconds_total{${CONTAINERS}}`,
      expr:
        `max(sum by (namespace, pod, container) (rate(container_cpu_usage_seconds_total{${CONTAINERS}}[$window]))` +
        ' / max by (namespace, pod, container) (kube_pod_container_resource_limits{resource="cpu",$pods}))',
    },
  ],
  memory: [
    {
      exporter: 'kubelet and kube-state-metrics',
      needs: `container_memory_working_set_bytes{${CONTAINERS}}`,
      expr:
        `max(max by (namespace, pod, container) (container_memory_working_set_bytes{${CONTAINERS}})` +
        ' / max by (namespace, pod, container) (kube_pod_container_resource_limits{resource="memory",$pods}))',
    },
  ],
  restarts: [
    {
      exporter: 'kube-state-metrics',
      needs: 'kube_pod_container_status_restarts_total{$pods}',
      expr: 'sum(increase(kube_pod_container_status_restarts_total{$pods}[$window]))',
    },
  ],
};

/** Requests that a service got, and those of them that failed: counters, not their rates. */
export interface RequestCounters {
  readonly exporter: string;
  readonly all: string;
  readonly failed: string;
}

/** Only what has the code says whether requests failed: without one, none of them would seem to have. */
const counters = (exporter: string, name: string, labels: string, code: string): RequestCounters => ({
  exporter,
  all: `${name}{${code}!="",${labels}}`,
  failed: `${name}{${code}=~"5..",${labels}}`,
});

/** `serviceLabel`: how Prometheus' clients are told which service it is, in this deployment. */
export const requestCounters = (serviceLabel: string): RequestCounters[] => [
  ...['code', 'status', 'status_code'].map((code) =>
    counters('Prometheus clients', 'http_requests_total', `$labels(${serviceLabel},namespace)`, code),
  ),
  ...['http_response_status_code', 'http_status_code'].map((code) =>
    counters(
      'OpenTelemetry',
      'http_server_request_duration_seconds_count',
      `$labels(${serviceLabel},namespace)`,
      code,
    ),
  ),
  counters('Istio', 'istio_requests_total', `reporter="destination",${ISTIO}`, 'response_code'),
  counters(
    'ingress-nginx',
    'nginx_ingress_controller_requests',
    '$labels(exported_service,exported_namespace)',
    'status',
  ),
];

/** The configuration's counters as those of an exporter. */
export const ownCounters = (own: Omit<RequestCounters, 'exporter'>): RequestCounters => ({
  ...own,
  exporter: OWN,
});

/** How a question is asked here: by one value, or for connections by what is in use and may be of each pool. */
export type OwnQuestion = Omit<Template, 'exporter'> | Omit<PoolSeries, 'exporter'>;

const OWN = 'the configuration';

/** The configuration's series of connection pools, where it names them; whatever they are, they are divided as a whole. */
export const ownPool = (own: OwnQuestion | undefined): PoolSeries | undefined =>
  own && 'used' in own ? { exporter: OWN, used: `(${own.used})`, size: `(${own.size})` } : undefined;

/** What the configuration says as a template. */
export function ownTemplate(own: OwnQuestion | undefined): Template | undefined {
  const pool = ownPool(own);
  if (pool) return fullness(pool);
  return own && 'needs' in own ? { ...own, exporter: OWN } : undefined;
}

/** The only characters of generated suffixes: no vowels, so that they spell no word (apimachinery, util/rand). */
const SAFE = '[bcdfghjklmnpqrstvwxz2456789]';
/** How the name of a pod goes on after its StatefulSet's, DaemonSet's or Deployment's: so that `api` is not `api-gateway`. */
const POD_SUFFIX = `-([0-9]+|${SAFE}{5}|${SAFE}{6,10}-${SAFE}{5})`;

export interface Fill {
  readonly service: string;
  readonly namespace?: string | undefined;
  readonly window: string;
  readonly quantile?: number | undefined;
}

/** A template's text with its places filled in; texts are quoted as PromQL does. */
export function filled(text: string, { service, namespace, window, quantile }: Fill): string {
  const equal = (label: string, value: string) => `${label}=${JSON.stringify(value)}`;
  const pods = `pod=~${JSON.stringify(service.replaceAll('.', String.raw`\.`) + POD_SUFFIX)}`;
  return text
    .replace(/\$labels\((\w+),(\w+)\)/g, (_, own: string, of: string) =>
      [equal(own, service), ...(namespace === undefined ? [] : [equal(of, namespace)])].join(','),
    )
    .replaceAll('$pods', () =>
      [pods, ...(namespace === undefined ? [] : [equal('namespace', namespace)])].join(','),
    )
    .replaceAll('$service', () => service)
    .replaceAll('$namespace', () => namespace ?? '')
    .replaceAll('$window', () => window)
    .replaceAll('$quantile', () => String(quantile ?? 0.95));
}
