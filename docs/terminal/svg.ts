import { plain, type Line } from './screen.ts';

const COLUMN = 8.4;
const ROW = 19;
const MARGIN = 18;
const BAR = 34;

const STYLES = `
  .page { fill: #14161b } .bar { fill: #1f232b } .name { fill: #9aa4b2; font: 13px system-ui, sans-serif }
  .text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #d6dbe4 }
  .bold { font-weight: 700; fill: #f3f5f9 } .dim { fill: #8b95a5 } .underline { text-decoration: underline }
  .red { fill: #ff8078 } .green { fill: #7fd88f } .yellow { fill: #f0c674 } .cyan { fill: #7cc7e8 }
  .blue { fill: #8ab4f8 } .magenta { fill: #d7a6f5 } .white { fill: #f3f5f9 } .black, .inverse { fill: #b9c2cf }`;

/** Draws the lines of a terminal. `title` and `description` are what a screen reader reads instead of the picture. */
export function svgOf(
  lines: readonly Line[],
  { title, description, columns }: { title: string; description: string; columns: number },
): string {
  const width = Math.round(columns * COLUMN + 2 * MARGIN);
  const height = BAR + lines.length * ROW + 2 * MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(description)}</desc>`,
    `<style>${STYLES}\n</style>`,
    `<rect class="page" width="${width}" height="${height}" rx="8"/>`,
    `<path class="bar" d="M0 8a8 8 0 0 1 8-8H${width - 8}a8 8 0 0 1 8 8V${BAR}H0Z"/>`,
    `<text class="name" x="${MARGIN}" y="22">${escaped(title)}</text>`,
    ...lines.flatMap((line, row) => textOf(line, BAR + MARGIN + row * ROW + 13)),
    '</svg>',
    '',
  ].join('\n');
}

/** One element a line; each piece of one style stands at its column and is exactly as wide as its columns. */
function textOf(line: Line, y: number): string[] {
  if (plain(line) === '') return [];
  const pieces = piecesOf(line).map(({ text, style, column }) => {
    const look = style === '' ? '' : ` class="${style}"`;
    return `<tspan x="${place(MARGIN + column * COLUMN)}" textLength="${place([...text].length * COLUMN)}" lengthAdjust="spacingAndGlyphs"${look}>${escaped(text)}</tspan>`;
  });
  return [`<text class="text" y="${y}" xml:space="preserve">${pieces.join('')}</text>`];
}

function piecesOf(line: Line): { text: string; style: string; column: number }[] {
  const pieces: { text: string; style: string; column: number }[] = [];
  line.forEach(({ text, style }, column) => {
    const last = pieces.at(-1);
    if (last?.style === style) last.text += text;
    else pieces.push({ text, style, column });
  });
  return pieces.filter(({ text }) => text.trim() !== '');
}

const place = (value: number): string => String(Number(value.toFixed(1)));
const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
