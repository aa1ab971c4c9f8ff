import type { Frame, Stack } from './pprof.ts';
import { totalOf, type Place } from './top-frames.ts';

/** Most of what there is has to go the same way. */
const MOST = 0.7;
const LONGEST = 40;

/** From the outermost caller down, for as long as most of the time goes through one function. */
export function hotPath(stacks: readonly Stack[]): Place[] {
  const total = totalOf(stacks);
  const path: Place[] = [];
  let through: readonly Stack[] = stacks;
  for (let depth = 0; depth < LONGEST; depth++) {
    const next = Map.groupBy(
      through.filter(({ frames }) => frames.length > depth),
      ({ frames }) => sameFunction(frames[depth]!),
    );
    const heaviest = [...next.values()].sort((a, b) => totalOf(b) - totalOf(a))[0];
    const share = heaviest ? totalOf(heaviest) / total : 0;
    if (!heaviest || share < MOST) break;
    // Its line is the one that most of the time goes through.
    const lines = Map.groupBy(heaviest, ({ frames }) => frames[depth]!.at);
    const [line] = [...lines.values()].sort((a, b) => totalOf(b) - totalOf(a))[0]!;
    path.push({ ...line!.frames[depth]!, share: Math.round(share * 1_000) / 1_000 });
    through = heaviest;
  }
  return path;
}

/** A function is its name and its file: the lines in it are many. */
const sameFunction = ({ function: name, at }: Frame) => `${name} ${at.replace(/:\d+$/, '')}`;
