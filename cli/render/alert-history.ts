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
    ...lines([howOften(history, screen), whatFires(history, screen)].join(' ')),
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

function howOften({ times, from, longestSeconds, medianSeconds }: Known, screen: Screen): string {
  if (times === 1) {
    const lasted = longestSeconds === null ? '' : `, for ${elapsed(longestSeconds * 1000)}`;
    return `It fired once since ${clock(from, screen)}${lasted}.`;
  }
  const lengths =
    longestSeconds === null || medianSeconds === null
      ? ''
      : `; of those that ended, half took ${elapsed(medianSeconds * 1000)} at most, the longest ${elapsed(longestSeconds * 1000)}`;
  return `It fired ${times} times since ${clock(from, screen)}${lengths}.`;
}

/** Nobody can tell one that fires from one whose end was lost: how long ago it began says which is likely. */
function whatFires({ times, firing, firingSince }: Known, screen: Screen): string {
  if (firing === 0 || firingSince === null) return 'It does not fire now.';
  const began = clock(firingSince, screen);
  if (times === 1) return `No end was received: it fires since ${began}, or its end never came.`;
  return firing === 1
    ? `No end was received of the one that began at ${began}: it fires still, or its end never came.`
    : `No end was received of ${firing}, the earliest of which began at ${began}: they fire still, or their ends never came.`;
}

function howRunsEnded(outcomes: Known['outcomes']): string {
  const parts = Object.entries(outcomes).map(([outcome, count]) => `${outcome} ${count}`);
  return parts.length > 0 ? `Its runs: ${parts.join(', ')}.` : 'It started no run.';
}

const lasted = ({ state, seconds }: Fired): string =>
  seconds === null
    ? 'end not known'
    : `${elapsed(seconds * 1000)}${state === 'firing' ? ', no end yet' : ''}`;

const labelsOf = ({ labels }: Fired): string =>
  Object.entries(labels)
    .filter(([label]) => label !== 'alertname')
    .map(([label, value]) => `${label}=${value}`)
    .join(' ');

const runsOf = ({ runs }: Fired): string =>
  runs.map(({ run, outcome }) => `${run} (${outcome ?? 'open'})`).join(', ') || 'none';
