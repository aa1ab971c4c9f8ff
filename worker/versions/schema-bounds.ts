/** Bounds of JSON Schema: what is sent may reach further than what is taken. */
import type { JsonSchema } from './schema-difference.ts';

const LEAST = {
  minimum: 'at least',
  exclusiveMinimum: 'more than',
  minLength: 'at least as long as',
  minItems: 'a list of at least',
};
const MOST = {
  maximum: 'at most',
  exclusiveMaximum: 'less than',
  maxLength: 'no longer than',
  maxItems: 'a list of at most',
};
const SAME = ['pattern', 'format', 'multipleOf'];

/** In words that go after a path: `must be at least 1`. */
export function boundDifferences(from: JsonSchema, to: JsonSchema): readonly string[] {
  const found: string[] = [];
  const bound = (schema: JsonSchema, keyword: string) => schema[keyword] as number | undefined;
  for (const [keyword, words] of Object.entries(LEAST)) {
    const [sent, taken] = [bound(from, keyword), bound(to, keyword)];
    if (taken !== undefined && !(lower(from, keyword, sent) >= taken))
      found.push(`must be ${words} ${taken}`);
  }
  for (const [keyword, words] of Object.entries(MOST)) {
    const [sent, taken] = [bound(from, keyword), bound(to, keyword)];
    if (taken !== undefined && !(upper(from, keyword, sent) <= taken))
      found.push(`must be ${words} ${taken}`);
  }
  for (const keyword of SAME)
    if (to[keyword] !== undefined && to[keyword] !== from[keyword])
      found.push(`must have the ${keyword} ${JSON.stringify(to[keyword])}`);
  return found;
}

/** An exclusive bound is one as well: more than 0 is at least 0. */
const lower = (from: JsonSchema, keyword: string, sent: number | undefined): number =>
  sent ??
  (keyword === 'minimum' ? ((from['exclusiveMinimum'] as number | undefined) ?? -Infinity) : -Infinity);
const upper = (from: JsonSchema, keyword: string, sent: number | undefined): number =>
  sent ?? (keyword === 'maximum' ? ((from['exclusiveMaximum'] as number | undefined) ?? Infinity) : Infinity);
