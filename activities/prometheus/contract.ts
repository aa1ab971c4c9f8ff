/**
 * What runbooks ask Prometheus. A value comes with its time and age; where there is none to trust, the answer is
 * `unknown` and says why. `unknown` is an answer, not an error: a Prometheus that cannot be asked is the error.
 */
import { z } from 'zod';
import { ArtefactRef, defineSteps, read, Verdict, Window } from '../kit/index.ts';
import { questions } from './contract/questions.ts';
import { ranges } from './contract/ranges.ts';
import { chart, Labels, LabelValue, unknown } from './contract/shared.ts';

const Sample = z.object({
  labels: Labels,
  value: z.number(),
  /** When the newest raw sample behind the value was scraped, and how long before now that was. */
  at: z.iso.datetime(),
  ageSeconds: z.number(),
});

const service = {
  service: LabelValue,
  namespace: LabelValue.optional(),
  /** How far back the rate looks, four scrape intervals at least; the deployment's own setting when left out. */
  window: Window.optional(),
};

const ErrorRate = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('known'),
    /** Failed requests (5xx) over all, 0 to 1. */
    ratio: z.number().min(0).max(1),
    /** Requests a second. */
    errorsPerSecond: z.number(),
    totalPerSecond: z.number(),
    at: z.iso.datetime(),
    ageSeconds: z.number(),
    /** The expression that was asked, for the record. */
    query: z.string(),
  }),
  unknown.extend({ query: z.string() }),
]);

const Containers = z.object({
  namespace: LabelValue,
  /** Pods by name, also such as are gone by now. */
  pods: z.array(LabelValue).min(1).max(50),
  container: LabelValue,
  window: Window.default('1h'),
});

const alertHistory = {
  active: z.array(
    z.object({ labels: Labels, state: z.enum(['pending', 'firing']), activeAt: z.iso.datetime() }),
  ),
  /** Times it fired, oldest first; `to` is absent while it still does. Resolution: `stepSeconds`. */
  fired: z.array(z.object({ from: z.iso.datetime(), to: z.iso.datetime().optional() })),
  stepSeconds: z.number(),
};

export const prometheus = defineSteps('prometheus', {
  query: read({
    description: 'Asks an instant query. Missing, NaN, stale or partial data is `unknown` with the reason.',
    as: 'promtool query instant URL EXPR',
    input: z.object({
      expr: z.string().min(1).max(4000),
      /** Older than this is `unknown`. Checked where the expression is a plain selector; elsewhere Prometheus hides the age. */
      maxAgeSeconds: z.number().positive().default(120),
    }),
    output: z.discriminatedUnion('state', [
      z.object({ state: z.literal('known'), samples: z.array(Sample).min(1) }),
      unknown,
    ]),
    summary: (i) => i.expr,
  }),
  ...ranges,
  errorRate: read({
    description: 'The share of failed requests (5xx) of a service, counted where its users feel it.',
    as: 'sum(rate(http_requests_total{code=~"5.."}[1m])) / sum(rate(http_requests_total[1m]))',
    input: z.object(service),
    output: ErrorRate,
    summary: (i) => `error rate of ${i.service}`,
  }),
  errorRateBelow: read({
    description: 'Passes when the error rate is known and below a limit; unknown never passes.',
    input: z.object({ ...service, below: z.number().min(0).max(1) }),
    output: Verdict.extend({ ratio: z.number().optional(), totalPerSecond: z.number().optional() }),
    summary: (i) => `error rate of ${i.service} below ${percent(i.below)}`,
  }),
  ...questions,
  containerMemory: read({
    description:
      'The highest memory use (working set) of a container over a window, by pod, as the kubelets count it.',
    as: 'max by (pod) (max_over_time(container_memory_working_set_bytes{pod=~"...",container="..."}[1h]))',
    input: Containers,
    output: z.discriminatedUnion('state', [
      z.object({
        state: z.literal('known'),
        /** The highest of all; samples are seconds apart, so a short peak is missed. */
        peakBytes: z.number(),
        byPod: z.record(z.string(), z.number()),
        query: z.string(),
      }),
      unknown.extend({ query: z.string() }),
    ]),
    summary: (i) => `memory use of ${i.container} in ${i.pods.length} pods over ${i.window}`,
  }),
  containerCpu: read({
    description:
      'How often the kernel throttled the containers of pods, and how much CPU they used, as the kubelets count it.',
    as: 'increase(container_cpu_cfs_throttled_periods_total{...}[5m]) / increase(container_cpu_cfs_periods_total{...}[5m])',
    input: z.object({
      namespace: LabelValue,
      /** Pods by name. */
      pods: z.array(LabelValue).min(1).max(50),
      /** Four scrape intervals at least. */
      window: Window.default('5m'),
      /** Of the last hour, the containers that were throttled most. */
      chart,
    }),
    output: z.discriminatedUnion('state', [
      z.object({
        state: z.literal('known'),
        /** One for each container with a CPU limit in each pod; the one that was throttled most is first. */
        containers: z
          .array(
            z.object({
              pod: z.string(),
              container: z.string(),
              /** Periods (100 ms as a rule) in which it had used up its limit, over all in which it ran, 0 to 1. */
              throttled: z.number().min(0).max(1),
              /** Cores in use on average; null where nobody counted them. No more than the limit, however much it wants. */
              cores: z.number().nullable(),
            }),
          )
          .min(1),
        query: z.string(),
        chart: ArtefactRef.optional(),
      }),
      unknown.extend({ query: z.string() }),
    ]),
    summary: (i) => `CPU throttling of ${i.pods.length} pods over ${i.window}`,
  }),
  alerts: read({
    description:
      'Which alerts of a name are active now, and when they fired before. `unknown` where Prometheus answered in part, or has not kept all of that time: then with what was seen.',
    as: 'ALERTS{alertname="..."} over a week',
    input: z.object({
      alertname: LabelValue,
      labels: Labels.default({}),
      /** How far back the history goes. */
      since: Window.default('7d'),
    }),
    output: z.discriminatedUnion('state', [
      z.object({ state: z.literal('known'), ...alertHistory }),
      unknown.extend({ seen: z.object(alertHistory) }),
    ]),
    summary: (i) => `alert ${i.alertname}, now and since ${i.since}`,
  }),
});

/** A ratio as people read it: `12.5 %`. */
export function percent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(3))} %`;
}
