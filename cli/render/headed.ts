import { padEnd, wrap } from './layout.ts';
import type { Screen } from './screen.ts';

const LABEL = 10;

/** `label     value`, wrapped; on a narrow screen the value wraps under the label. */
export function field(label: string, value: string, { width, paint }: Screen): string[] {
  if (width < 60) return wrap(value, { width, first: `${paint.dim(label)} `, rest: '  ' });
  return wrap(value, { width, first: `${paint.dim(padEnd(label, LABEL - 1))} ` });
}

/** A heading with an empty line before it; nothing at all when the section is empty. */
export function section(heading: string, lines: readonly string[], screen: Screen): string[] {
  return lines.length === 0
    ? []
    : ['', ...wrap(screen.paint.bold(heading), { width: screen.width }), ...lines];
}
