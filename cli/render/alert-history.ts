import type { AlertHistory } from '../../activities/alerts/contract.ts';
import { cleanLine } from './clean.ts';
import { wrap } from './layout.ts';
import type { Screen } from './screen.ts';
import { renderTable } from './table.ts';
import { clock, elapsed } from './time.ts';

type Known = Extract<AlertHistory, { state: 'known' }>;
type Fired = Known['fired'][number];

/** The answer in sentences, then each time that it fired, newest first. */
export function renderAlertHistory(history: AlertHistory, screen: Screen): string[] {
  const lines = (text: string) => wrap(cleanLine(text), { width: screen.width });
  if (history.state === 'unknown') return lines(`Not known: ${history.reason}.`);
  const { times, fired, flapping, truncated } = history;
  if (times === 0) return lines(`It has not fired since ${clock(history.from, screen)}, and did before.`);
  return [
    ...lines(sentence(history, screen)),
    ...lines(`${flapping.flaps ? 'It flaps' : 'It does not flap'}: ${flapping.reason}.`),
    ...lines(howRunsEnded(history.outcomes)),
    ...(truncated ? lines('It fired more often than that: these are the newest.') : []),
    '',
    ...renderTable(
      fired,
      [
        { head: 'FROM', of: ({ from }) => clock(from, screen) },
        { head: 'FOR', of: lasted },
        { head: 'ALERT', of: ({ name }) => name },
        { head: 'LABELS', of: labelsOf, cuts: true },
        { head: 'RUNS', of: runsOf, cuts: true },
      ],
      screen,
    ),
    ...(times > fired.length ? ['', `${times - fired.length} earlier ones are not shown.`] : []),
  ];
}

function sentence({ times, firing, from, longestSeconds, medianSeconds }: Known, screen: Screen): string {
  const now =
    firing === 0 ? 'does not fire now' : firing === 1 ? 'fires now' : `fires now in ${firing} series`;
  const lengths =
    longestSeconds === null || medianSeconds === null
      ? 'when it ended is not known'
      : `half of the times for ${elapsed(medianSeconds * 1000)} at most, the longest for ${elapsed(longestSeconds * 1000)}`;
  return `It fired ${times === 1 ? 'once' : `${times} times`} since ${clock(from, screen)} and ${now}; ${lengths}.`;
}

function howRunsEnded(outcomes: Known['outcomes']): string {
  const parts = Object.entries(outcomes).map(([outcome, count]) => `${outcome} ${count}`);
  return parts.length > 0 ? `Its runs: ${parts.join(', ')}.` : 'It started no run.';
}

const lasted = ({ state, seconds }: Fired): string =>
  seconds === null
    ? 'end not known'
    : `${elapsed(seconds * 1000)}${state === 'firing' ? ', still firing' : ''}`;

const labelsOf = ({ labels }: Fired): string =>
  Object.entries(labels)
    .filter(([label]) => label !== 'alertname')
    .map(([label, value]) => `${label}=${value}`)
    .join(' ');

const runsOf = ({ runs }: Fired): string =>
  runs.map(({ run, outcome }) => `${run} (${outcome ?? 'open'})`).join(', ') || 'none';
