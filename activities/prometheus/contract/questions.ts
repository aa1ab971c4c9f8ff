import { z } from 'zod';
import { read, Window } from '../../kit/index.ts';
import { LabelValue, unknown } from './shared.ts';

/** What the configuration may say how to ask. */
export type Measure = 'latency' | 'traffic' | 'connections' | 'cpu' | 'memory' | 'restarts';

const Measured = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('known'),
    value: z.number(),
    unit: z.enum(['seconds', 'requests a second', 'ratio', 'restarts']),
    /** When the newest raw sample behind it was scraped, and how long ago that was. */
    at: z.iso.datetime(),
    ageSeconds: z.number(),
    /** Whose metric names answered: `Istio`, `OpenTelemetry`, `the configuration`. */
    exporter: z.string(),
    /** The expression that was asked, for the record, and to hand to `prometheus.compare`. */
    query: z.string(),
  }),
  unknown.extend({ query: z.string().optional() }),
]);

const service = {
  service: LabelValue,
  namespace: LabelValue.optional(),
  /** How far back a rate looks; the deployment's own setting when left out. */
  window: Window.optional(),
};

/** The usual questions, which runbooks ask without PromQL; activities/prometheus/templates.ts says how they are asked. */
export const questions = {
  latencyQuantile: read({
    description:
      'How long requests of a service take, by quantile, from the histograms of the common exporters.',
    as: 'histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{service="..."}[1m])))',
    input: z.object({ ...service, quantile: z.number().gt(0).lt(1).default(0.95) }),
    output: Measured,
    summary: (i) => `${i.quantile * 100} % of requests to ${i.service} take at most`,
  }),
  traffic: read({
    description: 'Requests a second that a service gets.',
    as: 'sum(rate(http_requests_total{service="..."}[1m]))',
    input: z.object(service),
    output: Measured,
    summary: (i) => `traffic of ${i.service}`,
  }),
  saturation: read({
    description:
      'How full something of a service is, 0 to 1: its connection pool, or the CPU or memory of its fullest container against the limit.',
    as: 'max(hikaricp_connections_active{...} / hikaricp_connections_max{...})',
    input: z.object({ ...service, of: z.enum(['connections', 'cpu', 'memory']) }),
    output: Measured,
    summary: (i) => `${i.of} in use by ${i.service}`,
  }),
  connectionPools: read({
    description:
      'The connection pool of each pod of a service, the fullest where it has several: how much of it is in use, and how little of it was over a window.',
    as: 'hikaricp_connections_active{...}; hikaricp_connections_max{...}; min_over_time((hikaricp_connections_active{...})[5m:5s])',
    input: z.object({ ...service, window: Window.default('5m') }),
    output: z.discriminatedUnion('state', [
      z.object({
        state: z.literal('known'),
        /** The fullest first. */
        pods: z
          .array(
            z.object({
              pod: z.string(),
              inUse: z.number(),
              size: z.number().positive(),
              /** The least that was in use at any look of the window: connections that nobody gives back stay in it. Null where it was not measured for most of the window. */
              leastInUse: z.number().nullable(),
            }),
          )
          .min(1),
        exporter: z.string(),
        /** How full the fullest is, 0 to 1: to hand to `prometheus.compare`. */
        query: z.string(),
      }),
      unknown,
    ]),
    summary: (i) => `connection pools of ${i.service}`,
  }),
  restarts: read({
    description: "How often containers of a service's pods were restarted in a window.",
    as: 'sum(increase(kube_pod_container_status_restarts_total{pod=~"SERVICE-.*"}[1h]))',
    input: z.object({ ...service, window: Window.default('1h') }),
    output: Measured,
    summary: (i) => `restarts of ${i.service} in ${i.window}`,
  }),
};
