/** Reads what `py-spy record --format raw --full-filenames` writes: `caller (file.py:1);callee (file.py:2) SAMPLES`. */
import { printable } from '../client/failure.ts';
import type { Frame, Stack } from './pprof.ts';

const MOST_STACKS = 50_000;
const DEEPEST = 500;
const NAME = 200;

export interface PythonSamples {
  /** The most frequent first. */
  readonly stacks: readonly Stack[];
  /** Samples that could not be read, as it is without stopping the program. */
  readonly unreadable: number;
}

const LINE = /^(\S.*) (\d{1,9})$/;

/** Lines that are no stacks (progress, errors) are passed over. */
export function readPythonStacks(text: string): PythonSamples {
  const stacks: Stack[] = [];
  for (const line of text.split('\n')) {
    if (stacks.length === MOST_STACKS) break;
    const [, whole, samples] = LINE.exec(line) ?? [];
    if (whole === undefined || whole.startsWith('py-spy>')) continue;
    const frames = framesOf(whole);
    if (frames.length > 0 && Number(samples) > 0) stacks.push({ frames, value: Number(samples) });
  }
  return {
    stacks: stacks.sort((a, b) => b.value - a.value),
    unreadable: Number(/^py-spy> .*\bErrors: (\d+)/m.exec(text)?.[1] ?? 0),
  };
}

/**
 * With its child processes, py-spy puts their command lines in front, which can carry anything, secrets too: what comes
 * before the first function with a line of a file is dropped.
 */
function framesOf(whole: string): Frame[] {
  const parts = whole.split(';');
  const first = parts.findIndex((part) => !part.startsWith('process ') && /:\d+$/.test(placeOf(part) ?? ''));
  if (first === -1) return [];
  return parts.slice(first, first + DEEPEST).map((part) => {
    const at = placeOf(part);
    const name = at === undefined ? part : part.slice(0, -at.length - ' ()'.length);
    return { function: printable(name, NAME), at: printable(at ?? '', NAME) };
  });
}

/** `file.py:1` of `function (file.py:1)`. A function can be called anything: what is looked for is looked for once. */
function placeOf(frame: string): string | undefined {
  const open = frame.lastIndexOf(' (', frame.length - ' (x)'.length);
  return open >= 0 && frame.endsWith(')') ? frame.slice(open + ' ('.length, -1) : undefined;
}

/** Of Python's own library or an installed package, and not of the program. */
export const isOfPackage = ({ at }: Frame): boolean =>
  /\/(lib|lib64)\/python3[^/]*\/|\/(site|dist)-packages\/|^<frozen /.test(at);

/** `/srv/app/orders.py:8` as `orders.py`. */
export const fileOf = ({ at }: Frame): string => at.replace(/:\d+$/, '').split('/').at(-1) ?? '';
