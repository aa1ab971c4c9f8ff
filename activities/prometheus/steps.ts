import { implementRead, type ImplementedStep } from '../kit/index.ts';
import { alerts } from './alerts.ts';
import { ask } from './ask.ts';
import { compare } from './compare.ts';
import { connectionPools } from './connection-pools.ts';
import { containerCpu } from './container-cpu.ts';
import { containerMemory } from './container-memory.ts';
import { prometheus } from './contract.ts';
import type { Measure } from './contract/questions.ts';
import { below, errorRate, REQUEST_METRIC, type RequestMetric } from './error-rate.ts';
import { exemplars } from './exemplars.ts';
import { PrometheusApi, type PrometheusConnection } from './http-api.ts';
import { measure } from './measure.ts';
import { queryRange } from './query-range.ts';
import { series } from './series.ts';
import { ownTemplate, type Fill, type OwnQuestion } from './templates.ts';

export interface PrometheusStepsOptions extends PrometheusConnection {
  /** How requests are counted, where services are not named by the label `service`, or other rates and ages are wanted. */
  readonly requests?: Partial<Omit<RequestMetric, 'own'>>;
  /** How named questions are asked here, before the metric names of the common exporters. */
  readonly questions?:
    | Readonly<Partial<Record<Measure, OwnQuestion | undefined>> & { readonly errors?: RequestMetric['own'] }>
    | undefined;
}

/** The Prometheus steps against one server. */
export function createPrometheusSteps({
  requests,
  questions = {},
  ...connection
}: PrometheusStepsOptions): ImplementedStep[] {
  const api = new PrometheusApi(connection);
  const metric = { ...REQUEST_METRIC, ...requests, own: questions.errors };
  const measured = (
    of: Measure,
    { window = metric.window, ...fill }: Omit<Fill, 'window'> & { readonly window?: string | undefined },
    signal: AbortSignal,
  ) => {
    const own = ownTemplate(questions[of]);
    const { maxAgeSeconds } = metric;
    return measure(api, {
      measure: of,
      fill: { ...fill, window },
      own,
      maxAgeSeconds,
      at: new Date(),
      signal,
    });
  };
  return [
    implementRead(prometheus.query, (input, { signal }) => ask(api, { ...input, at: new Date(), signal })),
    implementRead(prometheus.queryRange, (input, { signal, keep }) =>
      queryRange(api, { input, at: new Date(), signal, keep }),
    ),
    implementRead(prometheus.series, (input, { signal }) => series(api, { input, at: new Date(), signal })),
    implementRead(prometheus.exemplars, (input, { signal }) => exemplars(api, { input, signal })),
    implementRead(prometheus.compare, (input, { signal, keep }) =>
      compare(api, { input, at: new Date(), signal, keep }),
    ),
    implementRead(prometheus.latencyQuantile, (input, { signal }) => measured('latency', input, signal)),
    implementRead(prometheus.traffic, (input, { signal }) => measured('traffic', input, signal)),
    implementRead(prometheus.saturation, ({ of, ...input }, { signal }) => measured(of, input, signal)),
    implementRead(prometheus.connectionPools, (input, { signal }) =>
      connectionPools(api, {
        ...{ input, own: questions.connections, at: new Date(), signal },
        maxAgeSeconds: metric.maxAgeSeconds,
      }),
    ),
    implementRead(prometheus.restarts, (input, { signal }) => measured('restarts', input, signal)),
    implementRead(prometheus.errorRate, (question, { signal }) =>
      errorRate(api, { metric, question, at: new Date(), signal }),
    ),
    implementRead(prometheus.errorRateBelow, async ({ below: limit, ...question }, { signal }) =>
      below(await errorRate(api, { metric, question, at: new Date(), signal }), limit),
    ),
    implementRead(prometheus.containerMemory, (input, { signal }) =>
      containerMemory(api, { input, at: new Date(), signal }),
    ),
    implementRead(prometheus.containerCpu, (input, { signal, keep }) =>
      containerCpu(api, { input, at: new Date(), signal, keep }),
    ),
    implementRead(prometheus.alerts, (input, { signal }) => alerts(api, { input, at: new Date(), signal })),
  ];
}
