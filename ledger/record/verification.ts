import type { z } from 'zod';
import { Leaf } from './leaf.ts';

/** What a verification says: everything fits, or the first thing that does not, naming the entry where it is one. */
export type Verification<Summary> =
  | { readonly ok: true; readonly summary: Summary }
  | { readonly ok: false; readonly entry?: string; readonly message: string };

/** Thrown inside a verification at the first thing that is wrong. */
export class Wrong extends Error {
  readonly entry: string | undefined;
  constructor(message: string, entry?: string) {
    super(entry === undefined ? message : `${entry}: ${message}`);
    this.entry = entry;
  }
}

/** Runs a verification; whatever it throws about its material becomes its answer. */
export function verification<Summary>(verify: () => Summary): Verification<Summary> {
  try {
    return { ok: true, summary: verify() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return error instanceof Wrong && error.entry !== undefined
      ? { ok: false, entry: error.entry, message }
      : { ok: false, message };
  }
}

/** The material parsed strictly, or `Wrong` with the path of the first field that does not fit. */
export function parsed<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const [list, place] = issue.path;
  const entry = list === 'entries' && typeof place === 'number' ? `entry ${place + 1} of ${what}` : undefined;
  throw new Wrong(`${what} is not whole: ${issue.path.join('.') || 'all of it'}: ${issue.message}`, entry);
}

/** How an entry is called in messages: its place in the log, and its kind where it can still be read. */
export function nameOf(index: number, leaf: string): string {
  const known = readLeaf(leaf);
  return known === undefined ? `log entry ${index}` : `log entry ${index} (${known.kind})`;
}

export function readLeaf(leaf: string): Leaf | undefined {
  try {
    return Leaf.safeParse(JSON.parse(leaf)).data;
  } catch {
    return undefined;
  }
}
