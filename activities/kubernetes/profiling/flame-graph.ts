/** A flame graph as SVG that stands still: no script, no link, no style from elsewhere. Callers are above what they call. */
import { escaped } from '../../kit/index.ts';
import type { Stack } from './pprof.ts';

const WIDTH = 1_200;
const ROW = 18;
const DEEPEST = 120;
/** What would be narrower than this is not drawn. */
const NARROWEST = 0.4;
const LETTER = 7;

interface Node {
  readonly name: string;
  value: number;
  readonly below: Map<string, Node>;
}

export function flameGraph(
  stacks: readonly Stack[],
  { title, unit }: { title: string; unit: string },
): string {
  const root: Node = { name: 'all', value: 0, below: new Map() };
  for (const { frames, value } of stacks) {
    root.value += value;
    let at = root;
    for (const { function: name } of frames.slice(0, DEEPEST)) {
      const next: Node = at.below.get(name) ?? { name, value: 0, below: new Map() };
      at.below.set(name, next);
      next.value += value;
      at = next;
    }
  }
  const boxes: string[] = [];
  let depth = 0;
  draw(root, 0, 0);
  const height = (depth + 3) * ROW;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="11">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="4" y="13" font-size="13">${escaped(title)}</text>`,
    ...boxes,
    '</svg>\n',
  ].join('\n');

  function draw(node: Node, level: number, from: number): void {
    const width = (node.value / root.value) * WIDTH;
    if (!(width >= NARROWEST)) return;
    depth = Math.max(depth, level);
    const y = (level + 1) * ROW + 4;
    const share = `${((node.value / root.value) * 100).toFixed(1)}%`;
    const letters = Math.floor((width - 4) / LETTER);
    const label = node.name.length <= letters ? node.name : node.name.slice(0, Math.max(0, letters - 1));
    const x = from.toFixed(2);
    boxes.push(
      `<g><title>${escaped(`${node.name}: ${share}, ${node.value} ${unit}`)}</title>` +
        `<rect x="${x}" y="${y}" width="${Math.max(0.1, width - 0.5).toFixed(2)}" height="${ROW - 1}" fill="${colour(node.name)}"/>` +
        (label.length > 2
          ? `<text x="${(from + 2).toFixed(2)}" y="${y + 13}">${escaped(label)}</text>`
          : '') +
        '</g>',
    );
    let next = from;
    for (const below of [...node.below.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      draw(below, level + 1, next);
      next += (below.value / root.value) * WIDTH;
    }
  }
}

/** The same function has the same colour in every picture. */
function colour(name: string): string {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + letter.codePointAt(0)!) >>> 0;
  return `hsl(${20 + (hash % 35)} ${70 + (hash % 20)}% ${66 + (hash % 12)}%)`;
}
