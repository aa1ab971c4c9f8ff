/** Values over time as an SVG that stands still, with the data that it was drawn from inside it. */
import { escaped, type Artefact, type ArtefactRef, type CallContext } from '../kit/index.ts';
import { greatest, least } from './figures.ts';

export interface Chart {
  readonly title: string;
  readonly query: string;
  readonly series: readonly {
    readonly name: string;
    /** Seconds since 1970, and the value. */
    readonly points: readonly (readonly [number, number])[];
  }[];
  /** A value to draw across all of it: what it is now. */
  readonly now?: number | undefined;
}

/** How long a step whose answer is known waits for what a chart is drawn from, in milliseconds. */
export const CHART_MS = 1_500;

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [960, 320, 70, 40, 40];
const COLOURS = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#8c564b', '#17becf', '#7f7f7f'];

/** Keeps a chart beside the run; nothing where there is no run, or it could not be kept: the answer counts without it. */
export async function keepChart(
  chart: Chart,
  { keep }: Pick<CallContext, 'keep'>,
): Promise<ArtefactRef | undefined> {
  const artefact: Artefact = {
    name: `${fileNameOf(chart.title)}.svg`,
    mediaType: 'image/svg+xml',
    content: Buffer.from(drawn(chart)),
  };
  return keep?.(artefact);
}

export function drawn({ title, query, series, now }: Chart): string {
  const points = series.flatMap((s) => s.points);
  const [from, to] = span(points.map(([time]) => time));
  const [low, high] = span([0, ...points.map(([, v]) => v), ...(now === undefined ? [] : [now])]);
  const x = (time: number) => (LEFT + ((time - from) / (to - from)) * (WIDTH - LEFT - 10)).toFixed(1);
  const y = (value: number) =>
    (HEIGHT - BOTTOM - ((value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const text = (at: string, content: string) => `<text ${at}>${escaped(content)}</text>`;
  const level = (value: number, stroke: string, label: string) =>
    `<path d="M${LEFT} ${y(value)}H${WIDTH - 10}" stroke="${stroke}" fill="none"/>` +
    text(`x="4" y="${y(value)}" fill="${stroke}"`, label);
  const time = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 19);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="monospace" font-size="11">`,
    `<metadata>${escaped(JSON.stringify({ query, series, ...(now !== undefined && { now }) }))}</metadata>`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    text('x="4" y="15" font-size="13"', title),
    text('x="4" y="30" fill="#555555"', query.slice(0, 140)),
    level(low, '#bbbbbb', short(low)),
    level(high, '#bbbbbb', short(high)),
    ...series.map((s, i) => {
      const line = s.points.map(([t, v], n) => `${n === 0 ? 'M' : 'L'}${x(t)} ${y(v)}`).join('');
      return `<path d="${line}" stroke="${COLOURS[i % COLOURS.length]}" fill="none"><title>${escaped(s.name)}</title></path>`;
    }),
    ...(now === undefined ? [] : [level(now, '#d62728', `now ${short(now)}`)]),
    text(`x="${LEFT}" y="${HEIGHT - 12}"`, `${time(from)} UTC`),
    text(`x="${WIDTH - 10}" y="${HEIGHT - 12}" text-anchor="end"`, `${time(to)} UTC`),
    '</svg>\n',
  ].join('\n');
}

/** From the least to the greatest, and never nothing in between. */
function span(values: readonly number[]): [number, number] {
  const [low, high] = [least(values), greatest(values)];
  return low < high ? [low, high] : [low, low + 1];
}

const fileNameOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 90) || 'chart';

const short = (value: number): string => String(Number(value.toPrecision(3)));
