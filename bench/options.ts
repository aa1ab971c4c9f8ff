import { parseArgs } from 'node:util';

export interface Options {
  readonly help: boolean;
  /** One short block of everything: shows that it runs, measures nothing. */
  readonly quick: boolean;
  /** Keep the figures in bench/results/latest.json. */
  readonly write: boolean;
  readonly blocks: number;
}

export const USAGE = `Usage: npm run bench -- [--quick] [--write] [--blocks N]

Measures nightshift beside the least that Temporal allows for the same work, on real servers that it starts and ends
itself (PostgreSQL, Temporal, etcd and an API server), in turns, so that what slows the machine slows both.

  --quick      one short block of everything: shows that it runs, measures nothing
  --write      keep the figures in bench/results/latest.json
  --blocks N   blocks that count, at least 5; 7 when left out
  --help       this text`;

/** Throws a TypeError that says what is wrong with an argument. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      blocks: { type: 'string', default: '7' },
    },
  });
  const blocks = Number(values.blocks);
  if (!Number.isInteger(blocks) || blocks < 5)
    throw new TypeError(`--blocks ${values.blocks}: write a whole number, 5 or more`);
  if (values.quick && values.write)
    throw new TypeError('--quick measures nothing worth keeping: leave --write away');
  return { help: values.help, quick: values.quick, write: values.write, blocks };
}
