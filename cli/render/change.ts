import type { PlannedChange } from '../../activities/kit/index.ts';
import { foundBy, onlyOnce, onlyWhile, undoneBy } from '../../activities/kit/change-in-words.ts';
import { cleanLine, mapStrings, revealed } from './clean.ts';
import { renderDiff } from './diff.ts';
import { ends, wrap } from './layout.ts';
import { paintRisk, type Screen } from './screen.ts';

/** One change of a plan: what, on which target, the diff, what to know before saying yes, how it is undone. */
export function renderChange(change: PlannedChange, label: string, screen: Screen): string[] {
  const { paint, width } = screen;
  const indent = indentOf(screen);
  return [
    ...renderPutBack(change, label, screen),
    ...undo(change, screen).flatMap((text) => wrap(text, { width, first: `${indent}${paint.dim('↶')} ` })),
  ];
}

const indentOf = ({ width }: Screen): string => (width >= 60 ? '     ' : '  ');

/** The same of a put-back, which is itself the way back. */
export function renderPutBack(change: PlannedChange, label: string, screen: Screen): string[] {
  const { paint, width } = screen;
  const indent = indentOf(screen);
  const shown = mapStrings(change, revealed);
  const line = (sign: string, text: string) => wrap(text, { width, first: `${indent}${sign} ` });
  return [
    ...ends(` ${paint.bold(`${label} ${shown.summary}`)}`, paintRisk(change.risk, screen), width),
    ...line(paint.dim('on'), shown.target),
    ...renderDiff(change.diff, indent, screen),
    ...change.warnings.flatMap((warning) => line(paint.yellow('!'), paint.yellow(cleanLine(warning)))),
    ...line(paint.dim('·'), paint.dim(foundBy(change))),
    ...line(paint.dim('·'), paint.dim(onlyWhile(shown))),
    ...condition(change).flatMap((text) => line(paint.cyan('?'), text)),
  ];
}

function undo(change: PlannedChange, { paint }: Screen): string[] {
  const text = undoneBy(change);
  const { undo } = change;
  return undo ? [paint.dim(text), ...condition(undo)] : [text];
}

const condition = (change: Pick<PlannedChange, 'once'>): string[] => {
  const text = onlyOnce(change);
  return text === undefined ? [] : [text];
};
