import { cleanLine } from '../../activities/kit/clean.ts';
import { fit, wrap } from '../render/layout.ts';
import { labelOf, type GraphNode, type GraphRow } from './story-graph.ts';

const BOX = { width: 230, height: 56, gap: 24, row: 36 };
/** Letters in a line of a box, and lines. */
const LETTERS = 34;
const LINES = 3;
const STROKE: Readonly<Record<GraphNode['status'], string>> = {
  running: '#268bd2',
  waiting: '#b58900',
  ok: '#2e7d32',
  failed: '#b00020',
  skipped: '#777777',
  unknown: '#b58900',
};

/** The graph as a picture of its own: no script, no style sheet, no font to load. */
export function svgOf(rows: readonly GraphRow[], title: string): string {
  const widest = Math.max(1, ...rows.map((row) => row.length));
  const width = widest * (BOX.width + BOX.gap) + BOX.gap;
  const height = rows.length * (BOX.height + BOX.row) + BOX.row;
  const places = rows.map((row, r) => {
    const left = (width - row.length * (BOX.width + BOX.gap) + BOX.gap) / 2;
    return row.map((node, i) => ({
      ...{ node, x: left + i * (BOX.width + BOX.gap), y: BOX.row / 2 + r * (BOX.height + BOX.row) },
    }));
  });
  const lines = places
    .slice(1)
    .flatMap((row, i) => row.flatMap((to) => places[i]!.map((from) => edge(from, to))));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    `<title>${escaped(cleanLine(title))}</title>`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    ...lines,
    ...places.flat().map(box),
    '</svg>',
    '',
  ].join('\n');
}

interface Place {
  readonly node: GraphNode;
  readonly x: number;
  readonly y: number;
}

function edge(from: Place, to: Place): string {
  const [x1, y1] = [from.x + BOX.width / 2, from.y + BOX.height];
  const [x2, y2] = [to.x + BOX.width / 2, to.y];
  const line = `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#999999"/>`;
  const { answer } = from.node;
  if (answer === undefined) return line;
  return `${line}<text x="${(x1 + x2) / 2 + 6}" y="${(y1 + y2) / 2 + 4}" fill="#444444">${escaped(answer)}</text>`;
}

function box({ node, x, y }: Place): string {
  const { kind, status } = node;
  const whole = wrap(labelOf(node), { width: LETTERS });
  const shown =
    whole.length > LINES ? [...whole.slice(0, LINES - 1), whole.slice(LINES - 1).join(' ')] : whole;
  const round = kind === 'question' || kind === 'hold' || kind === 'end' ? 20 : 4;
  const dash = status === 'skipped' ? ' stroke-dasharray="4"' : '';
  const weight = kind === 'change' ? 3 : 1.5;
  const text = shown.map(
    (line, i) =>
      `<text x="${x + 10}" y="${y + 18 + i * 15}" fill="#222222">${escaped(fit(line, LETTERS))}</text>`,
  );
  return `<g><title>${escaped(`${labelOf(node)} (${status})`)}</title><rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="${round}" fill="#fafafa" stroke="${STROKE[status]}" stroke-width="${weight}"${dash}/>${text.join('')}</g>`;
}

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
