import type { ShadowReport, ShadowRunView } from '../../gateway/api/shadow.ts';
import { cleanLine } from './clean.ts';
import { section } from './headed.ts';
import { wrap } from './layout.ts';
import type { Screen } from './screen.ts';
import { clock } from './time.ts';

type Compared = ShadowRunView['changes'][number];

/** Totals first, then each run with what it would have done and what became of that. */
export function renderShadowReport(
  { runbook, inShadow, totals, runs }: ShadowReport,
  screen: Screen,
): string[] {
  const { width, paint } = screen;
  const id = cleanLine(runbook);
  const line = (text: string) => wrap(text, { width });
  if (runs.length === 0)
    return line(
      inShadow
        ? `${id} is in shadow, and none of its alerts has come yet.`
        : `${id} is not in shadow, and never was. Put it there with shadow: ["${id}"] in nightshift.config.ts.`,
    );
  return [
    ...line(
      paint.bold(`${id} ${inShadow ? 'is in shadow' : 'was in shadow; its alerts start real runs now'}`),
    ),
    ...line(
      `${many(totals.runs, 'run')}: ${totals.open} not over, ${totals.withoutChange} would have changed nothing, ${totals.notCompared} ended before there was anything to compare.`,
    ),
    ...line(changesText(totals)),
    ...runs.flatMap((run) => section(cleanLine(run.workflowId), runLines(run, screen), screen)),
  ];
}

function changesText({ changes, same, other, nothing, unknown, agreement }: ShadowReport['totals']): string {
  if (changes === 0) return 'No change to compare yet.';
  const percent = agreement === undefined ? '' : ` (${Math.round(agreement * 100)}% of those one can tell)`;
  return `${many(changes, 'change')}: ${same} done the same${percent}, ${other} done otherwise, ${nothing} not done, ${unknown} nobody can tell.`;
}

const many = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

function runLines(run: ShadowRunView, screen: Screen): string[] {
  const { alert, receivedAt, resolvedAt, status, outcome, result, changes } = run;
  const line = (text: string) => wrap(cleanLine(text), { width: screen.width, first: '  ' });
  const resolved = resolvedAt ? `, resolved ${clock(resolvedAt, screen)}` : '';
  const began = `${alert ?? 'Alert'} ${clock(receivedAt, screen)}${resolved}`;
  if (status !== 'ended')
    return line(`${began}: not over, ${resolvedAt ? 'it ends soon' : 'looks until the alert resolves'}`);
  const how = typeof result === 'string' ? `${outcome}: ${result}` : `${outcome}`;
  return [
    ...line(`${began}; ${how}`),
    ...(changes.length === 0 ? line(nothingToCompare(run)) : []),
    ...changes.flatMap((change) => changeLines(change, screen)),
  ];
}

const nothingToCompare = ({ outcome }: ShadowRunView): string =>
  outcome === 'completed' || outcome === 'handed-over'
    ? 'It would have changed nothing.'
    : 'It ended before there was anything to compare.';

const WORD: Readonly<Record<Compared['agreement'], string>> = {
  same: 'same',
  other: 'other',
  nothing: 'not done',
  unknown: 'unknown',
};

function changeLines(change: Compared, screen: Screen): string[] {
  const { agreement, summary, reason, askedAt, seenAt, writes } = change;
  const { paint, width } = screen;
  const colour = { same: paint.green, other: paint.yellow, nothing: paint.dim, unknown: paint.red }[
    agreement
  ];
  const seen = agreement === 'nothing' ? '' : `, seen ${clock(seenAt, screen)}`;
  const rest = '             ';
  const below = (text: string) => wrap(cleanLine(text), { width, first: rest });
  return [
    ...wrap(cleanLine(summary), { width, first: `  ${colour(WORD[agreement].padEnd(10))} `, rest }),
    ...below(`would have asked ${clock(askedAt, screen)}${seen}: ${reason}`),
    ...writes.flatMap(({ at, who, what }) => below(`${clock(at, screen)} ${who}: ${what}`)),
  ];
}
