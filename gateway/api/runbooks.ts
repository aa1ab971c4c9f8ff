import { z } from 'zod';
import { endpoint } from './endpoint.ts';

export const RunbookView = z.object({
  id: z.string(),
  title: z.string(),
  owner: z.string(),
  description: z.string(),
  /** JSON Schema (draft 7) of the input. */
  inputSchema: z.record(z.string(), z.unknown()),
  /** The alerts that start it, in words. */
  triggers: z.array(z.object({ alertname: z.string(), labels: z.record(z.string(), z.string()) })),
  /** The times that start it, as `nightshift schedules` names them. */
  schedules: z.array(z.object({ when: z.string(), timeZone: z.string() })),
  onRepeat: z.enum(['join', 'queue', 'ignore']),
  cooldown: z.string().optional(),
  flapping: z.object({ runs: z.int(), within: z.string() }).optional(),
  /** How long a new run waits for more alerts that become part of its input. */
  gatherFor: z.string().optional(),
  runsAtOnce: z.int().optional(),
  /** Its alerts start runs that only try. */
  inShadow: z.boolean(),
  whenAlertResolves: z.enum(['finish', 'stop-before-first-change']),
});
export type RunbookView = z.output<typeof RunbookView>;

export const listRunbooks = endpoint({
  method: 'GET',
  path: '/api/runbooks',
  scope: 'read',
  summary: 'The catalogue, with the JSON Schema of each input',
  response: z.object({ runbooks: z.array(RunbookView) }),
});
