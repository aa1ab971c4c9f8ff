import { z } from 'zod';

/** Who owns the runbooks that are about the cluster and not about one team's service. */
export const PLATFORM = 'platform-oncall';

/** Who is asked, and for how long. Without an answer a plan counts as rejected. */
export const ASK = { from: PLATFORM, within: '10 minutes' } as const;

/** Over which a rate is measured; four scrape intervals at least. */
export const RateWindow = z
  .string()
  .regex(/^\d+[smh]$/, 'write it as Prometheus does: 90s, 5m')
  .default('5m');

/** How long a fix may take to show, in seconds, before the run asks a person. */
export const Patience = z.number().int().min(1).max(3600).default(300);
