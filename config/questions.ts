/** How the named questions to Prometheus are asked in a deployment whose series have names of their own. */
import { z } from 'zod';
import { text } from './text.ts';

const OneValue = z.strictObject(
  {
    /** The raw series behind it, like `request_seconds_bucket{app="$service"}`. */
    needs: text('the series behind it, like request_seconds_bucket{app="$service"}'),
    /** One value of it, in the unit that docs/operating.md says. */
    expr: text('an expression that gives one value'),
  },
  { error: 'write { needs: "SERIES", expr: "EXPRESSION" }' },
);

/** Both by pool, with the label `pod`. */
const Pools = z.strictObject({
  used: text('the connections in use of each pool, like pool_used{app="$service"}'),
  size: text('how many each pool may have, like pool_max{app="$service"}'),
});

/** A counter by its name and labels, to take the rate of: the places that are filled in have no braces. */
const Counter = (meaning: string) =>
  text(meaning).regex(/^\s*[a-zA-Z_:][a-zA-Z0-9_:]*\s*(\{.*\})?\s*$/s, {
    error: `write a counter without rate() or sum(): ${meaning}`,
  });

const Counters = z.strictObject(
  {
    all: Counter('all requests, like shop_requests_total{app="$service"}'),
    failed: Counter('those that failed, like shop_requests_total{app="$service",status=~"5.."}'),
  },
  { error: 'write { all: "COUNTER", failed: "COUNTER" }' },
);

export const Questions = z.strictObject({
  errors: Counters.optional(),
  latency: OneValue.optional(),
  traffic: OneValue.optional(),
  connections: z.union([Pools, OneValue], { error: 'write { used: "SERIES", size: "SERIES" }' }).optional(),
  cpu: OneValue.optional(),
  memory: OneValue.optional(),
  restarts: OneValue.optional(),
});
