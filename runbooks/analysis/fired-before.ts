import type { AlertHistory } from '../../activities/alerts/contract.ts';

type Known = Extract<AlertHistory, { state: 'known' }>;
type Fired = Known['fired'][number];

/** The run that asks, and what raised it. */
interface Asking {
  readonly run: string;
  readonly alert?: string | undefined;
  readonly alertStartedAt?: string | undefined;
}

/**
 * How often an alert fired, in sentences and with each time as evidence. What raised this run is said to be among them,
 * and this run is none of those that came before.
 */
export function firedBefore(
  history: Known,
  { name, since, asking }: { readonly name: string; readonly since: string; readonly asking: Asking },
): { readonly words: string; readonly evidence: string[] } {
  const { longestSeconds, flapping, fired } = history;
  const own = fired.filter((one) => isOwn(one, asking));
  const others = otherRuns(history, asking);
  const [more, other] = own.length > 0 ? [' more', 'other '] : ['', ''];
  const firing = history.firing - own.filter(({ state }) => state === 'firing').length;
  return {
    words: [
      `${name} fired ${times(history.times)} in ${since}${own.length > 0 ? ', this time included' : ''}${longestSeconds === null ? '' : `, for ${howLong(longestSeconds)} at the longest`}${flapping.flaps ? ', and flaps' : ''}.`,
      ...(firing === 1 ? [`Of one${more} no end was received: it fires still, or its end never came.`] : []),
      ...(firing > 1
        ? [`Of ${firing}${more} no end was received: they fire still, or their ends never came.`]
        : []),
      ...(others.length > 0 ? [`Its ${other}runs: ${others.join(', ')}.`] : []),
    ].join(' '),
    evidence: [flapping.reason, ...fired.slice(0, 10).map((one) => shown(one, asking))],
  };
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
const howLong = (seconds: number): string =>
  seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;

/** By its moment too: a run that only tries is none of the runs that an alert had. */
const isOwn = ({ name, from, runs }: Fired, { run, alert, alertStartedAt }: Asking): boolean =>
  runs.some((r) => r.run === run) ||
  (name === alert && alertStartedAt !== undefined && Date.parse(from) === Date.parse(alertStartedAt));

/** How they ended, with their counts; the one that asks is counted among those that are open. */
function otherRuns({ outcomes, fired }: Known, { run }: Asking): string[] {
  const counted = fired.some(({ runs }) => runs.some((r) => r.run === run));
  return Object.entries(outcomes).flatMap(([outcome, all]) => {
    const count = outcome === 'open' && counted ? all - 1 : all;
    return count > 0 ? [`${outcome} ${count}`] : [];
  });
}

function shown(one: Fired, { run }: Asking): string {
  const runs = one.runs.map((r) => (r.run === run ? 'this run' : `${r.run} ${r.outcome ?? 'open'}`));
  return `${one.from} ${one.name}, ${lasted(one)}: ${runs.join(', ') || 'no run'}`;
}

function lasted({ state, seconds }: Fired): string {
  if (seconds === null) return 'end not known';
  return state === 'firing' ? `no end received in ${howLong(seconds)}` : `ended after ${howLong(seconds)}`;
}
