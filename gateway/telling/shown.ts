/** What one message shows: all of a thing; in a list of several runs, what each is and where to look. Pure. */
import { shortened } from '../../activities/kit/shortened.ts';
import type { Telling } from './telling.ts';

const LONGEST_TITLE = 200;

export function shown(tellings: readonly Telling[]): readonly Telling[] {
  const runs = new Set(tellings.map(({ run }) => run));
  return runs.size > 1 ? tellings.map(inBrief) : tellings;
}

/** What concerns the whole deployment has no run in which to look, and keeps its lines. */
const inBrief = ({ title, lines, commands, answering: _, ...telling }: Telling): Telling => ({
  ...telling,
  title: shortened(title, LONGEST_TITLE),
  lines: telling.run === undefined ? lines : [],
  commands: commands.slice(0, 1),
});

/** What the form of a channel adds to a text, at most. */
const BLOCK_BYTES = 100;

/** How many bytes a channel makes of it, about: JSON's and Markdown's escapes are those of strange texts only. */
export const bytesOf = (tellings: readonly Telling[]): number =>
  shown(tellings)
    .flatMap(({ title, lines, commands }) => [title, ...lines, ...commands])
    .reduce((sum, text) => sum + BLOCK_BYTES + Buffer.byteLength(JSON.stringify(text)), 0);
