import {
  SPANS,
  type IncidentView,
  type Percentiles,
  type ReportView,
  type RunbookTimes,
  type Span,
} from '../../gateway/api/report.ts';
import { MILESTONES } from '../../workflows/messages.ts';
import { cleanLine } from './clean.ts';
import { field, section } from './headed.ts';
import { wrap } from './layout.ts';
import type { Screen } from './screen.ts';
import { renderTable } from './table.ts';
import { clock, elapsed } from './time.ts';

const HEADS: Readonly<Record<Span, string>> = {
  detect: 'DETECTED',
  acknowledge: 'ACKNOWLEDGED',
  mitigate: 'MITIGATED',
  resolve: 'RESOLVED',
};

/** One line a runbook, how each time went, and what the columns mean. */
export function renderTimes({ runbooks, since, until, cut }: ReportView, screen: Screen): string[] {
  const days = Math.round((Date.parse(until) - Date.parse(since)) / 86_400_000);
  if (runbooks.length === 0)
    return [`No run that an alert or a person started came in the last ${days} days and has ended.`];
  return [
    ...renderTable(
      runbooks,
      [
        { head: 'RUNBOOK', of: ({ runbook }) => runbook },
        { head: 'RUNS', of: ({ incidents }) => String(incidents) },
        ...SPANS.map((span) => ({
          head: HEADS[span],
          of: ({ times, incidents }: RunbookTimes) => shown(times[span], incidents),
        })),
      ],
      screen,
    ),
    '',
    ...renderTable(
      runbooks,
      [
        { head: 'OVER TIME', of: ({ runbook }) => runbook },
        ...SPANS.map((span) => ({
          head: HEADS[span],
          of: ({ trend }: RunbookTimes) => sparkline(trend.map(({ times }) => times[span].p50)),
        })),
      ],
      screen,
    ),
    '',
    ...wrap(
      `Half of the runs of the last ${days} days took at most the first time, nine of ten the second; in brackets how many runs it is known of, where not of all. Over time it is the first of the two, oldest on the left: the highest bar is the longest of its row, a dot where nothing is known. Acknowledged counts from the detection, the others from the beginning of the impact; where nobody knows that, mitigated and resolved count from the detection too. "nightshift report RUN" says what each moment rests on.`,
      { width: screen.width },
    ),
    ...(cut ? ['', 'There were more incidents than are counted: the oldest are left out.'] : []),
  ];
}

function shown({ p50, p90, known }: Percentiles, incidents: number): string {
  if (p50 === undefined || p90 === undefined) return '-';
  return `${elapsed(p50)} / ${elapsed(p90)}${known < incidents ? ` (${known})` : ''}`;
}

const BARS = '▁▂▃▄▅▆▇█';

/** The longest is the highest; a dot where nothing is known. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const most = Math.max(0, ...values.map((value) => value ?? 0));
  return values
    .map((value) =>
      value === undefined ? '·' : BARS[most === 0 ? 0 : Math.round((value / most) * (BARS.length - 1))],
    )
    .join('');
}

export function renderMilestones(incident: IncidentView, screen: Screen): string[] {
  const { workflowId, title, milestones } = incident;
  return [
    screen.paint.bold(cleanLine(title)),
    '',
    ...field('run', cleanLine(workflowId), screen),
    ...section(
      'WHEN',
      MILESTONES.flatMap((milestone) => {
        const known = milestones[milestone];
        const text =
          'at' in known
            ? `${clock(known.at, screen)}, ${cleanLine(known.because)}`
            : `${screen.paint.yellow('not known')}: ${cleanLine(known.unknown)}`;
        return wrap(text, { width: screen.width, first: `  ${milestone.replace('-', ' ').padEnd(13)}` });
      }),
      screen,
    ),
  ];
}
