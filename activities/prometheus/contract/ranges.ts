import { z } from 'zod';
import { ArtefactRef, read, Verdict, Window } from '../../kit/index.ts';
import { chart, Labels, unknown } from './shared.ts';

const Expression = z.string().min(1).max(4000);
const Series = z.object({
  labels: Labels,
  /** Seconds since 1970, and the value; NaN and infinity are left out. */
  points: z.array(z.tuple([z.number(), z.number()])).min(1),
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  last: z.number(),
});

/** Values over time, and what is usual. */
export const ranges = {
  queryRange: read({
    description:
      'Asks an expression over a time. Missing or partial data, and a series of nothing but NaN, is `unknown` with the reason.',
    as: 'promtool query range --start=... --end=... URL EXPR',
    input: z.object({
      expr: Expression,
      since: Window.default('1h'),
      /** The end; now when left out. */
      until: z.iso.datetime().optional(),
      /** Points of each series at most. */
      points: z.number().int().min(2).max(240).default(120),
      chart,
    }),
    output: z.discriminatedUnion('state', [
      z.object({
        state: z.literal('known'),
        from: z.iso.datetime(),
        to: z.iso.datetime(),
        stepSeconds: z.number(),
        /** At most 10, those with the highest maximum first. */
        series: z.array(Series).min(1),
        /** How many there are in all. */
        seriesFound: z.number().int(),
        chart: ArtefactRef.optional(),
        query: z.string(),
      }),
      unknown.extend({ query: z.string() }),
    ]),
    summary: (i) => `${i.expr}, ${i.since}`,
  }),
  series: read({
    description:
      'Which series a selector has had: their label sets. Tells whether a service is measured at all; an answer in part is `unknown`.',
    as: 'promtool query series --match=SELECTOR URL',
    input: z.object({ match: z.string().min(1).max(1000), since: Window.default('1h') }),
    output: z.discriminatedUnion('state', [
      z.object({
        state: z.literal('known'),
        /** At most 100. */
        series: z.array(Labels),
        found: z.number().int(),
      }),
      unknown,
    ]),
    summary: (i) => `series ${i.match}`,
  }),
  exemplars: read({
    description:
      'The samples that were counted with one trace, where services send exemplars. None found is an answer only where other traces have some.',
    as: 'curl PROMETHEUS/api/v1/query_exemplars?query=SELECTOR&start=...&end=...',
    input: z.object({
      traceId: z
        .string()
        .regex(/^(?!0+$)[0-9a-f]{1,32}$/, 'write up to 32 hexadecimal digits, in lower case'),
      from: z.iso.datetime(),
      to: z.iso.datetime(),
      /** Whose exemplars; histograms and counters of all services when left out. */
      match: Expression.default('{__name__=~".+_(bucket|total)"}'),
    }),
    output: z.discriminatedUnion('state', [
      z.object({
        state: z.literal('known'),
        /** At most 50, oldest first. */
        samples: z.array(
          z.object({ at: z.iso.datetime(), series: z.string(), labels: Labels, value: z.number() }),
        ),
        /** Exemplars of that time in all, whatever their trace. */
        kept: z.number().int(),
      }),
      unknown,
    ]),
    summary: (i) => `what was counted with trace ${i.traceId}`,
  }),
  compare: read({
    description:
      'Is a value as it was around the same time before? Passes when it lies within what it was then, widened by a tolerance; says both, so that a person can check it.',
    as: 'promtool query instant URL EXPR; promtool query range URL EXPR ... (a day before)',
    input: z.object({
      /** One value: an aggregate like sum(...). */
      expr: Expression,
      /** How long before: `1d` yesterday, `7d` last week, `30m` before a change of half an hour ago. */
      before: Window.default('1d'),
      /** How far around that time what is usual is taken from. */
      around: Window.default('15m'),
      /** 0.25: a quarter above the highest or below the lowest of then still counts as usual. */
      tolerance: z.number().min(0).max(10).default(0.25),
      /** Which side is worth a fail. */
      watch: z.enum(['higher', 'lower', 'both']).default('both'),
      chart,
    }),
    output: Verdict.extend({
      now: z.number().optional(),
      before: z
        .object({
          from: z.iso.datetime(),
          to: z.iso.datetime(),
          points: z.number().int(),
          min: z.number(),
          median: z.number(),
          max: z.number(),
        })
        .optional(),
      query: z.string(),
      chart: ArtefactRef.optional(),
    }),
    summary: (i) => `${i.expr} beside ${i.before} before`,
  }),
};
