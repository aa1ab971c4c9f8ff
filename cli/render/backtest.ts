import type { BacktestSummary, DaySummary, RunbookSummary } from '../../gateway/backtest/summary.ts';
import type { PastAlerts } from '../../gateway/backtest/read-export.ts';
import { cleanLine } from './clean.ts';
import { section } from './headed.ts';
import { wrap } from './layout.ts';
import type { Screen } from './screen.ts';
import { renderTable } from './table.ts';

export interface ShownBacktest {
  readonly assumed: string;
  readonly read: Pick<PastAlerts, 'unreadable' | 'withoutMeaning'>;
  readonly summary: BacktestSummary;
}

/** Lines of each kind that are shown; all of them are in the JSON. */
const SHOWN = 10;

export function renderBacktest({ assumed, read, summary }: ShownBacktest, screen: Screen): string[] {
  const { firing, resolved, duplicates, runbooks, days, unmatched } = summary;
  const line = (text: string) => wrap(cleanLine(text), { width: screen.width, first: '  ' });
  return [
    ...wrap(`${firing} alerts fired, ${resolved} ended, ${duplicates} came twice. ${assumed}`, {
      width: screen.width,
    }),
    ...section('RUNBOOKS', runbookTable(runbooks, screen), screen),
    ...section('NOT STARTED', cut(runbooks.flatMap(refusals)).flatMap(line), screen),
    ...section('DAYS (UTC)', dayTable(days, screen), screen),
    ...section(
      'FITS NO RUNBOOK',
      cut(unmatched.map(({ name, alerts }) => `${name}: ${alerts}`)).flatMap(line),
      screen,
    ),
    ...section(
      'UNREADABLE',
      cut(read.unreadable.map(({ line: n, problem }) => `line ${n}: ${problem}`)).flatMap(line),
      screen,
    ),
    ...(read.withoutMeaning > 0 ? ['', `${read.withoutMeaning} lines start and end nothing.`] : []),
  ];
}

const cut = (lines: readonly string[]): string[] =>
  lines.length <= SHOWN
    ? [...lines]
    : [...lines.slice(0, SHOWN), `and ${lines.length - SHOWN} more; -o json has all of them`];

const refusals = ({ runbook, refused }: RunbookSummary): string[] =>
  Object.entries(refused).map(
    ([message, count]) => `${runbook}, ${count === 1 ? '1 alert' : `${count} alerts`}: ${message}`,
  );

const runbookTable = (runbooks: readonly RunbookSummary[], screen: Screen): string[] =>
  renderTable(
    runbooks,
    [
      { head: 'RUNBOOK', of: (r) => r.runbook },
      { head: 'RUNS', of: (r) => String(r.runs) },
      { head: 'AT ONCE', of: (r) => String(r.atOnce) },
      { head: 'JOINED', of: ({ effects }) => String((effects.joined ?? 0) + (effects.gathered ?? 0)) },
      { head: 'IGNORED', of: ({ effects }) => String(effects.ignored ?? 0) },
      { head: 'RUNS THAT WAITED', of: waits, cuts: true },
    ],
    screen,
  );

const waits = ({ effects, waited, capped }: RunbookSummary): string =>
  [
    ...Object.entries(waited).map(([why, runs]) => `${runs} ${why}`),
    ...(effects.queued ? [`${effects.queued} queued`] : []),
    ...(capped ? [`${capped} for a free place`] : []),
  ].join(', ');

const dayTable = (days: readonly DaySummary[], screen: Screen): string[] =>
  renderTable(
    days,
    [
      { head: 'DAY', of: (d) => d.day },
      { head: 'ALERTS', of: (d) => String(d.alerts) },
      {
        head: 'RUNS',
        of: ({ runs }) =>
          Object.entries(runs)
            .map(([runbook, count]) => `${runbook} ${count}`)
            .join(', '),
        cuts: true,
      },
    ],
    screen,
  );
