import type { z } from 'zod';
import { ask } from './ask.ts';
import type { prometheus } from './contract.ts';
import type { Measure } from './contract/questions.ts';
import type { PrometheusApi } from './http-api.ts';
import { filled, TEMPLATES, UNITS, type Fill, type Template } from './templates.ts';
import { namesOf, whoMeasures } from './who-measures.ts';

type Measured = z.output<typeof prometheus.traffic.contract.output>;

/** Answers a named question by the first exporter whose samples are there. No samples, old ones and NaN are `unknown`. */
export async function measure(
  api: PrometheusApi,
  o: {
    readonly measure: Measure;
    readonly fill: Fill;
    /** Of the configuration: asked before the others. */
    readonly own: Template | undefined;
    readonly maxAgeSeconds: number;
    readonly at: Date;
    readonly signal: AbortSignal;
  },
): Promise<Measured> {
  const { fill, maxAgeSeconds, at, signal } = o;
  const ways = [...(o.own ? [o.own] : []), ...TEMPLATES[o.measure]].map((template) => ({
    ...template,
    needs: filled(template.needs, fill),
  }));
  const found = await whoMeasures(api, { ways, maxAgeSeconds, at, signal });
  if (found.state === 'warnings') return { state: 'unknown', why: 'warnings', reason: found.reason };
  if (found.state === 'nobody')
    return {
      state: 'unknown',
      why: 'empty',
      reason: `nobody measures the ${WORDS[o.measure]} of ${fill.service}: there are no samples of ${namesOf(ways)}`,
    };
  const { by, ageSeconds } = found;
  const query = filled(by.expr, fill);
  if (ageSeconds > maxAgeSeconds)
    return {
      state: 'unknown',
      why: 'stale',
      reason: `the ${WORDS[o.measure]} of ${fill.service} was last measured ${ageSeconds} s ago`,
      query,
    };
  const answer = await ask(api, { expr: query, maxAgeSeconds, at, signal });
  if (answer.state === 'unknown') return { ...answer, reason: meaning(answer, o.measure, fill), query };
  if (answer.samples.length > 1)
    return { state: 'unknown', why: 'empty', reason: 'the expression gives several values, not one', query };
  return {
    state: 'known',
    value: answer.samples[0]!.value,
    unit: UNITS[o.measure],
    at: new Date(at.getTime() - ageSeconds * 1000).toISOString(),
    ageSeconds,
    exporter: by.exporter,
    query,
  };
}

const WORDS: Readonly<Record<Measure, string>> = {
  latency: 'latency',
  traffic: 'traffic',
  connections: 'connection pool',
  cpu: 'CPU against its limit',
  memory: 'memory against its limit',
  restarts: 'restarts',
};

function meaning(
  { why, reason }: Extract<Measured, { state: 'unknown' }>,
  asked: Measure,
  { service, window }: Fill,
): string {
  if (why === 'nan' && asked === 'latency') return `nobody asked anything of ${service} in ${window}`;
  if (why === 'empty' && (asked === 'cpu' || asked === 'memory'))
    return `nothing says which limit the containers of ${service} have: they have none, or kube-state-metrics is not scraped`;
  if (why === 'empty') return `too few samples in ${window} for a rate`;
  return reason;
}
