import { alerts } from '../../activities/alerts/contract.ts';
import { finding, trigger } from '../../workflows/index.ts';
import { seen, type Look, type Place } from './look.ts';

const CONTINUE = { onFailure: 'continue' } as const;
const SINCE = '7d';
const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
const howLong = (seconds: number): string =>
  seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;

/** How often this alert came before, for how long, and what became of it: the same every night, or the first of its kind. */
export async function lookAtAlerts({ namespace, service }: Place): Promise<Look> {
  const notSeen: string[] = [];
  const { alert } = trigger();
  const history = seen(
    'how often it fired before',
    await alerts.history(
      { ...(alert !== undefined && { name: alert }), labels: { namespace, service }, since: SINCE },
      CONTINUE,
    ),
    notSeen,
  );
  if (history?.state === 'unknown') notSeen.push(`how often it fired before: ${history.reason}`);
  if (history?.state !== 'known') return { words: 'How often it fired before is not known.', notSeen };
  const { longestSeconds, flapping, outcomes, fired } = history;
  const ended = Object.entries(outcomes).map(([outcome, count]) => `${outcome} ${count}`);
  const name = alert ?? `Alerts of ${service}`;
  const words = [
    `${name} fired ${times(history.times)} in ${SINCE}${longestSeconds === null ? '' : `, for ${howLong(longestSeconds)} at the longest`}${flapping.flaps ? ', and flaps' : ''}.`,
    ...(ended.length > 0 ? [`Its runs: ${ended.join(', ')}.`] : []),
  ].join(' ');
  finding(words, {
    evidence: [
      flapping.reason,
      ...fired
        .slice(0, 10)
        .map(
          (f) =>
            `${f.from} ${f.name}, ${f.seconds === null ? 'end not known' : `${f.state === 'firing' ? 'firing for' : 'ended after'} ${howLong(f.seconds)}`}: ${f.runs.map((r) => `${r.run} ${r.outcome ?? 'open'}`).join(', ') || 'no run'}`,
        ),
    ],
  });
  return { words, notSeen };
}
