import { z } from 'zod';
import { read } from '../../kit/index.ts';
import { HostName, Time, UnitName } from './names.ts';

const Entry = z.object({
  at: Time,
  /** syslog's: 0 emergency … 7 debug. */
  priority: z.number().int(),
  identifier: z.string(),
  pid: z.number().int().nullable(),
  /** At most 500 characters. */
  message: z.string(),
});

export const OomKill = z.object({
  at: Time,
  process: z.string(),
  /** The kernel's number for the process, which a container or a namespaced host numbers differently. */
  pid: z.number().int(),
  /** The unit whose cgroup ran out of memory. */
  unit: z.string(),
  anonRssBytes: z.number().int().nullable(),
});
export type OomKill = z.output<typeof OomKill>;

const PatternCount = z.object({
  pattern: z.string(),
  count: z.number().int(),
  firstAt: Time.nullable(),
  lastAt: Time.nullable(),
  /** The newest line that matched. */
  example: z.string().nullable(),
});

export const Journal = z.object({
  host: z.string(),
  unit: z.string(),
  from: Time,
  hostTime: Time,
  /** The newest last. */
  entries: z.array(Entry),
  /** Lines of this unit that were read and counted; more than `entries` when only the newest are shown. */
  linesRead: z.number().int(),
  /** True when older lines of the window were not read. */
  truncated: z.boolean(),
  patterns: z.array(PatternCount),
  /** Kernel OOM kills in the unit's cgroup within the window, each confirmed by the unit's own exit; oldest first. */
  oomKills: z.array(OomKill),
});
export type Journal = z.output<typeof Journal>;

export const journal = read({
  description:
    'The newest journal lines of a service, patterns counted in them, and the kernel OOM kills of it.',
  as: 'journalctl -u UNIT -o json --since ...; journalctl -k',
  input: z.object({
    host: HostName,
    unit: UnitName,
    /** By the host's clock. */
    lastMinutes: z.number().int().min(1).max(10_080).default(60),
    /** How many of the newest lines are returned; up to 5,000 are read and counted. */
    lines: z.number().int().min(0).max(500).default(100),
    /** JavaScript regular expressions, counted over every line that was read. */
    patterns: z
      .array(
        z
          .string()
          .min(1)
          .max(200)
          .refine(isRegularExpression, 'must be a regular expression (without the slashes)'),
      )
      .max(20)
      .default([]),
  }),
  output: Journal,
  timeout: '20s',
  summary: ({ host, unit, lastMinutes }) => `journal of ${unit} on ${host}, last ${lastMinutes} minutes`,
});

function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
