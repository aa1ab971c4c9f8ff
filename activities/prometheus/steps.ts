import { implementRead, type ImplementedStep } from '../kit/index.ts';
import { alerts } from './alerts.ts';
import { ask } from './ask.ts';
import { containerCpu } from './container-cpu.ts';
import { containerMemory } from './container-memory.ts';
import { prometheus } from './contract.ts';
import { below, errorRate, REQUEST_METRIC, type RequestMetric } from './error-rate.ts';
import { PrometheusApi, type PrometheusConnection } from './http-api.ts';

export interface PrometheusStepsOptions extends PrometheusConnection {
  /** How requests are counted, where it is not `http_requests_total` with `service`, `namespace` and `code`. */
  readonly requests?: Partial<RequestMetric>;
}

/** The Prometheus steps against one server. */
export function createPrometheusSteps({
  requests,
  ...connection
}: PrometheusStepsOptions): ImplementedStep[] {
  const api = new PrometheusApi(connection);
  const metric = { ...REQUEST_METRIC, ...requests };
  return [
    implementRead(prometheus.query, (input, { signal }) => ask(api, { ...input, at: new Date(), signal })),
    implementRead(prometheus.errorRate, (question, { signal }) =>
      errorRate(api, { metric, question, at: new Date(), signal }),
    ),
    implementRead(prometheus.errorRateBelow, async ({ below: limit, ...question }, { signal }) =>
      below(await errorRate(api, { metric, question, at: new Date(), signal }), limit),
    ),
    implementRead(prometheus.containerMemory, (input, { signal }) =>
      containerMemory(api, { input, at: new Date(), signal }),
    ),
    implementRead(prometheus.containerCpu, (input, { signal }) =>
      containerCpu(api, { input, at: new Date(), signal }),
    ),
    implementRead(prometheus.alerts, (input, { signal }) => alerts(api, { input, at: new Date(), signal })),
  ];
}
