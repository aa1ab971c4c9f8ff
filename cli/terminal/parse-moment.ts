import { milliseconds, type Duration } from '../../activities/kit/index.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { nextClock, type Reader } from '../render/time.ts';

/**
 * The moment that an option names, as ISO 8601: `06:00` is the next one by the reader's clock, `2 hours` counts from now,
 * a date and time without a zone is the reader's own. Throws a CliFailure that names the option.
 */
export function parseMoment(text: string, { option, reader }: { option: string; reader: Reader }): string {
  const next = nextClock(text, reader);
  if (next) return next.toISOString();
  const at = new Date(text);
  if (!Number.isNaN(at.getTime())) return at.toISOString();
  try {
    return new Date(reader.now.getTime() + milliseconds(text as Duration)).toISOString();
  } catch (cause) {
    throw new CliFailure(EXIT.usage, `${option} ${text} is no time`, {
      cause,
      next: 'write it like 06:00, "2 hours" or 2026-11-22T06:00',
    });
  }
}
