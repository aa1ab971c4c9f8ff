import type { DiffEntry } from '../../activities/kit/index.ts';
import { mapStrings, revealed } from './clean.ts';
import { wrap } from './layout.ts';
import type { Screen } from './screen.ts';

/**
 * The fields that a change writes, the old value behind `-`, the new one behind `+`. Nothing is shortened: this is what
 * the person approves.
 */
export function renderDiff(diff: readonly DiffEntry[], indent: string, screen: Screen): string[] {
  return diff.flatMap((entry) => {
    const { path, before, after } = mapStrings(entry, revealed);
    const side = (sign: '-' | '+', value: DiffEntry['before']) => {
      if (value === null) return [];
      const paint = sign === '-' ? screen.paint.red : screen.paint.green;
      return valueLines(value).flatMap((line, i) =>
        wrap(i === 0 ? `${path}: ${line}`.trimEnd() : line, {
          width: screen.width,
          first: `${indent}${sign} ${i === 0 ? '' : '  '}`,
          rest: `${indent}${sign}     `,
        }).map((text) => indent + paint(text.slice(indent.length))),
      );
    };
    if (before === null && after === null) return [`${indent}  ${path}: (absent)`];
    return [...side('-', before), ...side('+', after)];
  });
}

function valueLines(value: NonNullable<DiffEntry['before']>): string[] {
  if (typeof value === 'string') {
    const lines = value.replace(/\n$/, '').split('\n');
    return lines.length > 1 ? ['|', ...lines] : [value === '' ? '""' : value];
  }
  if (typeof value !== 'object') return [JSON.stringify(value)];
  const short = JSON.stringify(value);
  if (Array.isArray(value) || Object.keys(value).length === 0) {
    return short.length <= 60 ? [short] : JSON.stringify(value, undefined, 2).split('\n');
  }
  return [
    '',
    ...Object.entries(value).map(
      ([key, field]) => `${key}: ${typeof field === 'string' ? field : JSON.stringify(field)}`,
    ),
  ];
}
