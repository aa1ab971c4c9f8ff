import { z } from 'zod';

export const Labels = z.record(z.string(), z.string());
export const LabelValue = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/, 'letters, digits, "-", "_" and "." only');

/** Keeps a chart with its data beside the run, under this title. */
export const chart = z.string().min(1).max(100).optional();

/** Why there is no value: nothing matched, NaN or infinity, too old, answered in part, nothing was asked of the service. */
const UnknownWhy = z.enum(['empty', 'nan', 'stale', 'warnings', 'no-traffic']);
export const unknown = z.object({ state: z.literal('unknown'), why: UnknownWhy, reason: z.string() });
