/** JSON merge patches (RFC 7386) taken apart and made: which values one touches, and which one leads from here to there. */
import type { Json } from '../contract/json-path.ts';

type Fields = { [key: string]: Json };

/** The values that a merge patch sets, by JSON pointer; lists are values, `null` takes a field away. */
export function leavesOf(patch: Json, pointer = ''): Record<string, Json> {
  if (!isFields(patch) || (pointer !== '' && Object.keys(patch).length === 0)) return { [pointer]: patch };
  return Object.assign(
    {},
    ...Object.entries(patch).map(([key, value]) => leavesOf(value, `${pointer}/${escaped(key)}`)),
  ) as Record<string, Json>;
}

/** What an object has at these pointers; `null`: nothing. */
export function valuesAt(object: unknown, pointers: readonly string[]): Record<string, Json> {
  return Object.fromEntries(
    pointers.map((pointer) => {
      const keys = pointer.split('/').slice(1).map(unescaped);
      const found = keys.reduce<Json | undefined>(
        (value, key) =>
          value !== undefined && isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined,
        object as Json,
      );
      return [pointer, found ?? null];
    }),
  );
}

/** A pointer as diffs have it: `/spec/template/replicas` is `spec.template.replicas`. */
export const fieldOf = (pointer: string): string => pointer.slice(1).replaceAll('/', '.');

/** The merge patch that makes `to` of `from`; undefined where they are the same. */
export function patchBetween(from: Json, to: Json): Json | undefined {
  if (!isFields(from) || !isFields(to)) return JSON.stringify(from) === JSON.stringify(to) ? undefined : to;
  const patch = nothing();
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const between = patchBetween(from[key] ?? null, to[key] ?? null);
    if (between !== undefined) patch[key] = between;
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

/** The merge patch that sets these values. */
export function patchOf(values: Readonly<Record<string, Json>>): Fields {
  const patch = nothing();
  for (const [pointer, value] of Object.entries(values)) {
    const keys = pointer.split('/').slice(1).map(unescaped);
    const last = keys.pop()!;
    let place = patch;
    for (const key of keys) place = (place[key] ??= nothing()) as Fields;
    place[last] = value;
  }
  return patch;
}

/** An object without a prototype: a field may be called `__proto__`. */
const nothing = (): Fields => Object.create(null) as Fields;

const isFields = (value: Json): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');
const unescaped = (key: string) => key.replaceAll('~1', '/').replaceAll('~0', '~');
