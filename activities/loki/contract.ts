/**
 * What runbooks ask Loki. No line is an answer only where lines of the same source do come; where nothing comes at all the
 * answer is `unknown`, because a log shipper that died looks the same as a service that says nothing.
 */
import { z } from 'zod';
import { defineSteps, read, Verdict, Window } from '../kit/index.ts';

const Labels = z.record(z.string(), z.string());
/** LogQL that gives lines: a selector, and filters where wanted. `$namespace` is the label that names a namespace here. */
const LogQuery = z.string().min(1).max(2_000);
/** RE2, as LogQL's `|~` takes it. */
const Pattern = z.string().min(1).max(300);
const Namespace = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'write the name of a namespace');

const period = {
  /** How far back from `until`. */
  since: Window.default('10m'),
  /** The end, itself not looked at; now when left out. */
  until: z.iso.datetime().optional(),
};

const Line = z.object({
  at: z.iso.datetime(),
  /** The same moment as Loki has it, in nanoseconds since 1970: tells the order of lines of one millisecond. */
  nanoseconds: z.string(),
  labels: Labels,
  /** One line without control characters, at most 1,500 characters. */
  text: z.string(),
});
const looked = { from: z.iso.datetime(), to: z.iso.datetime() };

/** Why nothing can be said: nothing came from there at all, or not lately, or Loki answered in part. */
const UnknownWhy = z.enum(['empty', 'stale', 'warnings']);
/** Where nothing matched, the source's newest line may be this old at the end of the time, else that is no answer. */
const maxAge = Window.default('5m');
const Lines = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('known'),
    ...looked,
    /** In the order that was asked for; empty where nothing matched although lines of the source do come, up to `maxAge` before the end. */
    lines: z.array(Line),
    /** True when there were as many as the limit: there may be more. */
    truncated: z.boolean(),
    /** Where nothing matched: when the source's newest line came; of several namespaces, that of the most silent. */
    sourceNewest: z.iso.datetime().optional(),
  }),
  z.object({ state: z.literal('unknown'), why: UnknownWhy, reason: z.string(), ...looked }),
]);

const PatternCount = z.object({
  pattern: z.string(),
  count: z.number().int(),
  /** The newest that match, newest first. */
  samples: z.array(Line),
});

export const loki = defineSteps('loki', {
  query: read({
    description:
      'Log lines by LogQL. Nothing found is an answer only where other lines of the same source came within `maxAge`; else it is `unknown` with the reason.',
    as: `logcli query '{namespace="payments"} |= "refused"' --since=10m --limit=100`,
    input: z.object({
      expr: LogQuery,
      ...period,
      maxAge,
      limit: z.number().int().min(1).max(200).default(100),
      /** Which end of the time to take lines from when there are more: `backward` gives the newest, newest first. */
      direction: z.enum(['backward', 'forward']).default('backward'),
    }),
    output: Lines,
    summary: (i) => `logs: ${i.expr}, ${i.since}`,
  }),
  patterns: read({
    description:
      'Counts expected and unexpected patterns in the lines of a source: passes when every expected one was logged and no unexpected one was. `unknown` where lines came and then stopped.',
    as: `logcli instant-query 'sum(count_over_time({app="api"} |~ "refused" [10m]))'`,
    input: z.object({
      expr: LogQuery,
      ...period,
      expected: z.array(Pattern).max(10).default([]),
      unexpected: z.array(Pattern).max(10).default([]),
      /** The source's newest line may be this old at the end of the time, else what was not found is not known. */
      maxAge: Window.default('5m'),
      /** Lines to give back of each pattern. */
      samples: z.number().int().min(0).max(5).default(2),
    }),
    output: Verdict.extend({
      ...looked,
      /** Lines of the source in all. */
      lines: z.number().int(),
      /** When the newest of them came. */
      newest: z.iso.datetime().optional(),
      expected: z.array(PatternCount),
      unexpected: z.array(PatternCount),
    }),
    summary: (i) => `patterns in the logs ${i.expr}, ${i.since}`,
  }),
  fresh: read({
    description:
      'Do log lines of these namespaces come? `unknown` for one that is silent while others are not; `fail` when nothing comes to Loki at all.',
    as: `logcli query '{namespace="payments"}' --limit=1`,
    input: z.object({
      namespaces: z.array(Namespace).min(1).max(20),
      /** The newest line may be this old. */
      maxAge: Window.default('5m'),
    }),
    output: Verdict.extend({
      namespaces: z.array(
        z.object({
          namespace: z.string(),
          fresh: z.boolean(),
          /** Absent when there was none in the hour before, or in twelve times `maxAge` where that is longer. */
          newest: z.iso.datetime().optional(),
          ageSeconds: z.number().optional(),
        }),
      ),
    }),
    summary: (i) => `do logs of ${i.namespaces.join(', ')} come`,
  }),
  byRequestId: read({
    description:
      'Every line that names a request, of all services, oldest first. None is an answer only where namespaces are named and lines of each came within `maxAge`: of all namespaces nobody can tell which are silent.',
    as: `logcli query '{namespace="payments"} |= "REQUEST-ID"' --forward`,
    input: z.object({
      requestId: z
        .string()
        .regex(
          /^[A-Za-z0-9][A-Za-z0-9._:/+=-]{5,199}$/,
          'write the id as the logs have it, 6 characters at least',
        ),
      /** All when left out. */
      namespaces: z.array(Namespace).min(1).max(20).optional(),
      ...period,
      since: Window.default('1h'),
      maxAge,
      limit: z.number().int().min(1).max(200).default(200),
    }),
    output: Lines,
    summary: (i) => `logs of the request ${i.requestId}`,
  }),
});
