import { isDeepStrictEqual } from 'node:util';
import { list } from '../run/run-assertion.ts';
import type { Effect } from '../run/played-run.ts';
import { Crash } from './crash.ts';

type Play = (crash: Crash) => Promise<readonly Effect[]>;

/** See RunbookTests.everyCrash. Throws an error that names the point and what was different. */
export async function everyCrashOf(play: Play): Promise<void> {
  const calm = new Crash();
  const expected = (await play(calm)).map(made);
  for (const point of calm.points) {
    const crash = new Crash(point);
    const fail = (what: string, cause?: unknown): never => {
      throw new Error(`the worker died at: ${point}\n${what}`, { cause });
    };
    const effects = await play(crash).catch((error: unknown) =>
      fail(error instanceof Error ? error.message : String(error), error),
    );
    if (!crash.happened) fail('and this play never came there: the scenario goes a different way each time');
    const twice = effects.filter((e, i) => effects.findIndex((o) => o.operation === e.operation) < i);
    if (twice.length) fail(`Made twice:${list(twice.map(made))}`);
    if (!isDeepStrictEqual(effects.map(made), expected))
      fail(`The changes should be:${list(expected)}\nThey were:${list(effects.map(made))}`);
  }
}

const made = ({ step, summary }: Effect): string => `${summary} (${step})`;
