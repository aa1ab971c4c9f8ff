import type { z } from 'zod';
import { windowSeconds } from '../kit/index.ts';
import { percent, type prometheus } from './contract.ts';
import { least } from './figures.ts';
import type { PrometheusApi } from './http-api.ts';

type Alerts = z.output<typeof prometheus.alerts.contract.output>;
type History = Omit<Extract<Alerts, { state: 'known' }>, 'state'>;
type AlertsInput = z.output<typeof prometheus.alerts.contract.input>;

/** Prometheus refuses more than 11,000 points; fewer keep the answer small. */
const POINTS = 2_000;
/** Looks at whether anything was kept; each is of a moment and the five minutes before it. */
const LOOKS = 200;
/** Prometheus is away for a while when it is restarted or its node is. */
const KEPT = 0.95;

/** Active alerts of a name, and when they fired in a window: intervals of the ALERTS series that Prometheus keeps. */
export async function alerts(
  api: PrometheusApi,
  o: { input: AlertsInput; at: Date; signal: AbortSignal },
): Promise<Alerts> {
  const { input, at, signal } = o;
  const window = windowSeconds(input.since);
  const stepSeconds = Math.max(15, Math.ceil(window / POINTS));
  const labels = Object.entries({ ...input.labels, alertname: input.alertname, alertstate: 'firing' });
  const lookSeconds = Math.max(15, Math.ceil(window / LOOKS));
  const series = `ALERTS{${labels.map(([k, v]) => `${k}=${JSON.stringify(v)}`).join(',')}}`;
  const [now, past, kept] = await Promise.all([
    api.alerts(signal),
    api.range({
      // A sample counts for one step, so that the end of an interval is not stretched by the lookback of 5 minutes.
      query: `max(max_over_time(${series}[${stepSeconds}s]))`,
      from: new Date(at.getTime() - window * 1000),
      to: at,
      stepSeconds,
      signal,
    }),
    // Of every target that is scraped: where even that is missing, no alert can be read off.
    api.range({
      query: 'count(up)',
      from: new Date(at.getTime() - window * 1000),
      to: at,
      stepSeconds: lookSeconds,
      signal,
    }),
  ]);
  const times = past.data.result.flatMap((r) => r.values.map(([time]) => time)).sort((a, b) => a - b);
  const seen: History = {
    active: now.data.alerts
      .filter((a) => a.labels.alertname === input.alertname && matches(a.labels, input.labels))
      .flatMap(({ labels: of, state, activeAt }) =>
        (state === 'firing' || state === 'pending') && activeAt
          ? [{ labels: of, state: state, activeAt: new Date(activeAt).toISOString() }]
          : [],
      ),
    fired: intervals(times, stepSeconds, at),
    stepSeconds,
  };
  const warnings = [...new Set([now, past, kept].flatMap((answer) => answer.warnings))];
  if (warnings.length > 0)
    return {
      state: 'unknown',
      why: 'warnings',
      reason: `Prometheus answered in part: ${warnings.join('; ')}`,
      seen,
    };
  const looks = kept.data.result.flatMap((r) => r.values.map(([time]) => time));
  const share = looks.length / (Math.floor(window / lookSeconds) + 1);
  if (share >= KEPT) return { state: 'known', ...seen };
  return {
    state: 'unknown',
    why: 'empty',
    reason:
      looks.length === 0
        ? `Prometheus has no samples of \`up\` in ${input.since}: whether an alert fired then is not known`
        : `Prometheus has ${percent(share)} of ${input.since} only, the oldest of ${iso(least(looks))}`,
    seen,
  };
}

/** Joins evaluation times that follow each other into intervals. */
export function intervals(times: readonly number[], stepSeconds: number, now: Date): History['fired'] {
  const runs: [number, number][] = [];
  for (const time of times) {
    const last = runs.at(-1);
    if (last && time - last[1] <= stepSeconds * 1.5) last[1] = time;
    else runs.push([time, time]);
  }
  const goesOn = now.getTime() / 1000 - stepSeconds * 1.5;
  return runs.map(([from, to]) => ({ from: iso(from), ...(to < goesOn ? { to: iso(to) } : {}) }));
}

const matches = (labels: Record<string, string>, wanted: Record<string, string>): boolean =>
  Object.entries(wanted).every(([k, v]) => labels[k] === v);

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
