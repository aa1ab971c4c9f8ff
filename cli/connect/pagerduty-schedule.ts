import type { Secret } from '../../config/index.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';

const DAY_MS = 86_400_000;
/** An answer is judged by the schedule of the moment when it was given: of runs that are under way that moment is past. */
const DAYS_BACK = 14;
const PATIENCE_MS = 10_000;
const RETRIES = 3;
/** A person waits at the terminal. */
const LONGEST_PAUSE_MS = 30_000;

/**
 * Who was on call by a schedule of PagerDuty in the last 14 days, and who is for so many `days` from the beginning of today
 * (in UTC) on, as its REST API v2 renders it. What is asked too often is asked again when the API says so. Throws a
 * CliFailure.
 */
export async function renderedSchedule(o: {
  readonly token?: Secret;
  readonly api?: string;
  readonly schedule: string;
  readonly days: number;
  readonly timeZone: string;
  readonly now: Date;
}): Promise<unknown> {
  const { token, api, schedule, days, timeZone, now } = o;
  if (!token || api === undefined)
    throw new CliFailure(EXIT.usage, 'the configuration names no token of PagerDuty', {
      next: 'add pagerduty: { token: secret.env("PAGERDUTY_READ_TOKEN") } to it',
    });
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const query = new URLSearchParams({
    since: new Date(today - DAYS_BACK * DAY_MS).toISOString(),
    until: new Date(today + days * DAY_MS).toISOString(),
    time_zone: timeZone,
  });
  const url = `${api}/schedules/${encodeURIComponent(schedule)}?${query.toString()}`;
  for (let attempt = 0; ; attempt++) {
    const response = await fetch(url, {
      headers: {
        accept: 'application/vnd.pagerduty+json;version=2',
        authorization: `Token token=${token.reveal()}`,
      },
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch((cause: unknown) => {
      throw new CliFailure(EXIT.unreachable, 'PagerDuty cannot be reached', { cause, next: 'try again' });
    });
    // What is no JSON is no schedule either: whoever reads it says so.
    if (response.ok) return response.json().catch(() => undefined);
    const { status, headers } = response;
    if (status === 429 && attempt < RETRIES) {
      const seconds = Number(headers.get('retry-after') ?? headers.get('ratelimit-reset') ?? 1);
      await new Promise((resolve) =>
        setTimeout(resolve, Math.min(LONGEST_PAUSE_MS, Math.max(1, seconds || 1) * 1000)),
      );
      continue;
    }
    throw new CliFailure(EXIT.failed, `PagerDuty answered ${status} for the schedule ${schedule}`, {
      next: NEXT[status] ?? 'try again later',
    });
  }
}

const NEXT: Readonly<Record<number, string>> = {
  400: 'it renders a few months at most: ask for fewer --days',
  401: 'look at pagerduty.token in the configuration',
  403: 'the token may not read schedules',
  404: 'look at the id: it is in the address of the schedule’s page',
};
