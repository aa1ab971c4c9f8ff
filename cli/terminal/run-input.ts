import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parseJson as jsonOf } from '../../activities/kit/index.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import type { Io } from './io.ts';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A file's text, or standard input's for `-`. */
export async function readSource(source: string, io: Pick<Io, 'stdin'>): Promise<string> {
  if (source === '-') return text(io.stdin);
  try {
    return await readFile(source, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new CliFailure(EXIT.usage, `the file ${source} ${why}`, { cause });
  }
}

export function parseJson(source: string, what: string): Json {
  try {
    return jsonOf(source) as Json;
  } catch (cause) {
    const { message } = cause as Error;
    const why = cause instanceof RangeError ? `is refused: ${message}` : `is not JSON: ${message}`;
    throw new CliFailure(EXIT.usage, `${what} ${why}`, { cause });
  }
}

/**
 * A runbook's input: `--input` (JSON, `@file`, or `-` for standard input) with every `--set path=value` put into it. A
 * value that reads as JSON is taken as that (`replicas=3`, `dry=true`), anything else as text.
 */
export async function runInput(
  { input, set }: { input?: string | undefined; set: readonly string[] },
  io: Pick<Io, 'stdin'>,
): Promise<Json> {
  let value: Json = {};
  if (input !== undefined) {
    const source = input === '-' ? '-' : input.startsWith('@') ? input.slice(1) : undefined;
    value = parseJson(source === undefined ? input : await readSource(source, io), '--input');
  }
  for (const assignment of set) value = assign(value, assignment);
  return value;
}

function assign(value: Json, assignment: string): Json {
  const [, path, given] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
  if (path === undefined || given === undefined) {
    throw new CliFailure(EXIT.usage, `--set ${assignment} has no "="`, {
      next: 'write it like --set namespace=payments',
    });
  }
  return put(value, path.split('.'), asJson(given));
}

function put(value: Json, [key, ...rest]: readonly string[], leaf: Json): Json {
  if (key === undefined) return leaf;
  const object = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  const before = Object.hasOwn(object, key) ? (object[key] ?? {}) : {};
  return Object.fromEntries([
    ...Object.entries(object).filter(([k]) => k !== key),
    [key, put(before, rest, leaf)],
  ]);
}

function asJson(given: string): Json {
  try {
    return JSON.parse(given) as Json;
  } catch {
    return given;
  }
}
