/**
 * Draws parts of what a terminal of 80 columns showed, as an SVG.
 *
 *   script --quiet --command "npx nightshift start" recording
 *   node docs/picture.ts recording --title TEXT --description TEXT --part 'FIRST … LAST' > docs/run.svg
 *
 * A part goes from the next line that has the text FIRST to the next that has LAST; where something is left out between
 * two parts, the picture says so.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { plain, screenOf, type Line } from './terminal/screen.ts';
import { svgOf } from './terminal/svg.ts';

const COLUMNS = 80;
const LEFT_OUT: Line[] = [[], [...'  ⋯'].map((text) => ({ text, style: 'dim' })), []];

function partsOf(lines: readonly Line[], parts: readonly string[]): Line[] {
  const drawn: Line[] = [];
  let at = 0;
  const next = (text: string, from: number): number => {
    const found = lines.findIndex((line, i) => i >= from && plain(line).includes(text));
    if (found === -1) throw new Error(`no line after line ${from} has "${text}"`);
    return found;
  };
  for (const part of parts) {
    const [first = '', last = first] = part.split(' … ');
    const from = next(first, at);
    const to = next(last, from) + 1;
    if (drawn.length > 0 && from > at) drawn.push(...LEFT_OUT);
    drawn.push(...lines.slice(from, to));
    at = to;
  }
  return drawn;
}

const text = { type: 'string', default: '' } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { title: text, description: text, part: { type: 'string', multiple: true, default: [] } },
});
const [recording] = positionals;
if (recording === undefined) throw new Error('name the file of the recording');
const lines = screenOf(await readFile(recording, 'utf8'), COLUMNS);
process.stdout.write(svgOf(partsOf(lines, values.part), { ...values, columns: COLUMNS }));
