import { isNestedTooDeep, MAX_NESTING_WRAPPED } from './nesting.ts';

// Explicit directional marks, embeddings and isolates: they can make a line read as something else than it is.
const BIDI = '\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069';
// Characters that take no room and so hide in a name: zero-width space and joiners, soft hyphen, BOM, tags.
const INVISIBLE = '\\u00ad\\u200b-\\u200d\\u2060-\\u2064\\ufeff\\u{e0000}-\\u{e007f}';
const CONTROL = '\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f';
const UNPRINTABLE = new RegExp(`[${CONTROL}${BIDI}${INVISIBLE}]|\\p{Surrogate}`, 'gu');
// Escape sequences (ECMA-48) in time linear in the text, which the one of Node is not where they have no end: control
// sequences, strings with their terminator (one that never ends loses its introducer only, so that it hides nothing), others.
const STRING_ENDS = '\\u0007\\u001b\\u0090\\u0098\\u009c-\\u009f\\n';
const ESCAPE = new RegExp(
  [
    '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]?',
    `(?:\\u001b[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^${STRING_ENDS}]*(?:\\u0007|\\u001b\\\\|\\u009c)`,
    '\\u001b[ -/]*[0-~]?',
  ].join('|'),
  'g',
);
const LINE_SEPARATOR = /\r\n?|[\u2028\u2029\u0085]/g;

/** Text from elsewhere (a label, a log line, a reason) made harmless for a terminal: no escapes, no control or bidi characters. */
export function clean(text: string): string {
  return text
    .replace(LINE_SEPARATOR, '\n')
    .replace(ESCAPE, '')
    .replaceAll('\t', '  ')
    .replace(UNPRINTABLE, '');
}

/** `clean`, and on one line. */
export function cleanLine(text: string): string {
  const lines = clean(text).split('\n');
  return lines
    .map((line, i) => (i === 0 ? line : line.trimStart()))
    .map((line, i) => (i === lines.length - 1 ? line : line.trimEnd()))
    .filter((line, i) => line !== '' || i === 0 || i === lines.length - 1)
    .join(' ');
}

/** The same, but what is taken out is shown as `\u202e`: for what a person is about to approve, nothing may vanish. */
export function revealed(text: string): string {
  return text
    .replace(LINE_SEPARATOR, '\n')
    .replaceAll('\t', '\\t')
    .replace(
      UNPRINTABLE,
      (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
    );
}

const TOO_DEEP = `… (nested deeper than ${MAX_NESTING_WRAPPED} levels)`;

/** Every string of a JSON value, names of fields included, through `change`. What lies too deep is left out, and said. */
export function mapStrings<T>(value: T, change: (text: string) => string, levels = MAX_NESTING_WRAPPED): T {
  if (typeof value === 'string') return change(value) as T;
  if (value === null || typeof value !== 'object') return value;
  if (levels === 0) return TOO_DEEP as T;
  if (Array.isArray(value)) return value.map((item: unknown) => mapStrings(item, change, levels - 1)) as T;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      change(key),
      mapStrings<unknown>(field, change, levels - 1),
    ]),
  ) as T;
}

/** JSON that a terminal can show: the same value when parsed, with what could act on the terminal escaped. */
export function printableJson(value: unknown, indent?: number): string {
  const shown = isNestedTooDeep(value, MAX_NESTING_WRAPPED) ? mapStrings(value, (text) => text) : value;
  return JSON.stringify(shown, undefined, indent).replace(
    new RegExp(`[\\u007f-\\u009f${BIDI}${INVISIBLE}\\u2028\\u2029]`, 'gu'),
    (character) =>
      [...Array(character.length).keys()]
        .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
        .join(''),
  );
}
