import { z } from 'zod';

/** A moment as Go or Ruby print it (any offset, up to nanoseconds), turned into ISO 8601 in UTC with milliseconds. */
export const Instant = z
  .string({ error: 'must be a moment like "2026-11-21T02:47:00Z"' })
  .refine(
    (text) => z.iso.datetime({ offset: true }).safeParse(text).success && !Number.isNaN(Date.parse(text)),
    {
      error: 'must be a moment like "2026-11-21T02:47:00Z"',
    },
  )
  .transform((text) => new Date(text).toISOString());
