import { parseArgs } from 'node:util';
import { milliseconds, type Duration } from '../activities/kit/index.ts';
import type { HowLong } from './killed-workers.ts';

const MINUTE = 60_000;

export const PARTS = {
  alert: 'B1  alert to the first change',
  reads: 'B2  one more read',
  changes: 'B2  one more change',
  decision: 'B3  a decision to the change',
  parked: 'B4  runs that wait for an answer',
  drain: 'B5  twenty nodes drained, with a tight disruption budget and without',
  ssh: 'B6  fifty hosts, ten commands on each over SSH',
  crash: 'B8  workers killed in the middle of changes',
  storm: 'B9  a storm of alerts, through the deaths of a gateway and of PostgreSQL',
} as const;
export type Part = keyof typeof PARTS;

export interface Options {
  readonly help: boolean;
  /** One short block of everything: shows that it runs, measures nothing. */
  readonly quick: boolean;
  /** Keep the figures in bench/results/latest.json; those of other parts stay. */
  readonly write: boolean;
  readonly blocks: number;
  readonly parts: readonly Part[];
  /** How many runs wait in `parked`. */
  readonly parked: number;
  /** How often, or for how long, workers are killed in `crash`. */
  readonly lasts: HowLong;
  /** How many alerts come in `storm`. */
  readonly alerts: number;
}

export const USAGE = `Usage: npm run bench -- [--quick] [--write] [--only PARTS] [--blocks N] [--parked N] [--rounds N | --for TIME] [--alerts N]

Measures nightshift beside the least that Temporal allows for the same work, on real servers that it starts and ends
itself (PostgreSQL, Temporal, etcd and an API server), in turns, so that what slows the machine slows both.

  --only PARTS  of these, with commas between; all when left out:
${Object.entries(PARTS)
  .map(([part, what]) => `                  ${part.padEnd(10)}${what}`)
  .join('\n')}
  --quick       one short block of everything: shows that it runs, measures nothing
  --write       keep the figures in bench/results/latest.json
  --blocks N    blocks that count, at least 5; 7 when left out
  --parked N    runs that wait in B4; 1000 when left out (10000 take a quarter of an hour)
  --rounds N    rounds of B8 with a standby, and as many without; 3 when left out (25 make 10000 changes)
  --for TIME    rounds of B8 until so long has passed, such as 8h; after each come the sums so far
  --alerts N    alerts of B9; 10000 when left out
  --help        this text

Ctrl-C ends it, and prints (with --write: keeps) what was measured until then; B8 counts the rounds that were over.`;

/** Throws a TypeError that says what is wrong with an argument. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      only: { type: 'string', default: Object.keys(PARTS).join(',') },
      blocks: { type: 'string', default: '7' },
      parked: { type: 'string', default: '1000' },
      rounds: { type: 'string' },
      for: { type: 'string' },
      alerts: { type: 'string', default: '10000' },
    },
  });
  const { help, quick, write } = values;
  if (quick && write) throw new TypeError('--quick measures nothing worth keeping: leave --write away');
  return {
    help,
    quick,
    write,
    blocks: wholeNumber('--blocks', values.blocks, 5),
    parts: values.only.split(',').map(partNamed),
    parked: wholeNumber('--parked', values.parked, 10),
    lasts: howLong(values),
    alerts: wholeNumber('--alerts', values.alerts, 50),
  };
}

function howLong({ rounds, for: time }: { rounds?: string; for?: string }): HowLong {
  if (time === undefined) return { rounds: wholeNumber('--rounds', rounds ?? '3', 1) };
  if (rounds !== undefined) throw new TypeError('--rounds and --for: write one of them');
  const forMs = lengthOf(time);
  if (forMs >= MINUTE && forMs <= 7 * 24 * 60 * MINUTE) return { forMs };
  throw new TypeError(`--for ${time}: write a length of time from 1m to 7d, such as 8h`);
}

function lengthOf(time: string): number {
  try {
    return milliseconds(time as Duration);
  } catch {
    return Number.NaN;
  }
}

function wholeNumber(option: string, text: string, least: number): number {
  const n = Number(text);
  if (Number.isInteger(n) && n >= least) return n;
  throw new TypeError(`${option} ${text}: write a whole number, ${least} or more`);
}

function partNamed(name: string): Part {
  if (Object.hasOwn(PARTS, name)) return name as Part;
  throw new TypeError(
    `--only ${name}: write ${Object.keys(PARTS).join(', ')}, or several with commas between`,
  );
}
