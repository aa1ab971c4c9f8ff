/** The run on one axis of time: what it looked at, asked, changed and checked, with the moments of the incident. */
import { MILESTONES, type JournalEntry } from '../../workflows/messages.ts';
import { html, type Html } from './html.ts';
import type { IncidentStory } from './incident-story.ts';

const WIDTH = 900;
const LEFT = 90;
const LANE = 30;
const HEAD = 20;
/** Between the labels of two moments, at least. */
const LABEL = 96;

type Kind = JournalEntry['kind'];
const LANES: readonly { readonly name: string; readonly kinds: readonly Kind[] }[] = [
  { name: 'alerts', kinds: ['alert'] },
  { name: 'looked', kinds: ['read'] },
  { name: 'found', kinds: ['finding', 'note'] },
  { name: 'asked', kinds: ['question', 'hold'] },
  { name: 'changed', kinds: ['change'] },
  { name: 'checked', kinds: ['check', 'wait'] },
];

const COLOUR: Readonly<Record<JournalEntry['status'], string>> = {
  running: 'act',
  waiting: 'act',
  ok: 'ok',
  failed: 'bad',
  skipped: 'idle',
  unknown: 'warn',
};

interface Moment {
  readonly name: string;
  readonly at: number;
}

/** Nothing where there is nothing to draw. */
export function timeline({ journal, incident, run, at }: IncidentStory): Html | undefined {
  const until = run.endedAt ?? at;
  const moments = MILESTONES.flatMap((milestone): Moment[] => {
    const known = incident.milestones[milestone];
    return 'at' in known ? [{ name: milestone.replace('-', ' '), at: Date.parse(known.at) }] : [];
  });
  const times = [
    ...moments.map((moment) => moment.at),
    ...journal.flatMap((entry) => [entry.at, entry.endedAt ?? entry.at]).map((each) => Date.parse(each)),
    Date.parse(until),
  ];
  if (journal.length === 0) return undefined;
  const [from, to] = [Math.min(...times), Math.max(...times, Math.min(...times) + 1_000)];
  const x = (time: number) => LEFT + ((time - from) / (to - from)) * (WIDTH - LEFT - 20);
  const lanes = LANES.filter(({ kinds }) => journal.some(({ kind }) => kinds.includes(kind)));
  const rows = labelled(moments, x);
  const top = HEAD + (rows.depth + 1) * 15;
  const bottom = top + lanes.length * LANE;
  return html`<div class="wide">
    <svg viewBox="0 0 ${WIDTH} ${bottom + 34}" role="img" aria-label="Time line of the run">
      ${lanes.map(({ name, kinds }, i) => lane({ name, y: top + i * LANE, entries: journal.filter(({ kind }) => kinds.includes(kind)), x, until }))}
      ${ticks(from, to).map(
        (tick) =>
          html`<line
              class="grid"
              x1="${round(x(tick))}"
              x2="${round(x(tick))}"
              y1="${top}"
              y2="${bottom + 4}"
            /><text class="soft" font-size="12" text-anchor="middle" x="${round(x(tick))}" y="${bottom + 20}"
              >${clock(tick)}</text
            >`,
      )}
      ${rows.placed.map(
        ({ name, at: time, row, anchor }) =>
          html`<line
              class="moment"
              x1="${round(x(time))}"
              x2="${round(x(time))}"
              y1="${HEAD + row * 15 + 3}"
              y2="${bottom}"
            /><text font-size="12" text-anchor="${anchor}" x="${round(x(time))}" y="${HEAD + row * 15}"
              >${name}<title>${clock(time)}</title></text
            >`,
      )}
    </svg>
  </div>`;
}

/** Labels that would touch go one row further down. */
function labelled(moments: readonly Moment[], x: (time: number) => number) {
  const ends: number[] = [];
  const placed = moments
    .toSorted((a, b) => a.at - b.at)
    .map((moment) => {
      const at = x(moment.at);
      const anchor = at > WIDTH - LABEL ? 'end' : 'start';
      const start = anchor === 'end' ? at - LABEL : at;
      let row = ends.findIndex((end) => end <= start);
      if (row < 0) row = ends.length;
      ends[row] = start + LABEL;
      return { ...moment, row, anchor };
    });
  return { placed, depth: Math.max(0, ends.length - 1) };
}

function lane(o: {
  readonly name: string;
  readonly y: number;
  readonly entries: readonly JournalEntry[];
  readonly x: (time: number) => number;
  /** To which what is open is drawn. */
  readonly until: string;
}): Html {
  const { name, y, entries, x, until } = o;
  return html`<rect
      class="lane"
      x="${LEFT}"
      y="${y + 3}"
      width="${WIDTH - LEFT - 20}"
      height="${LANE - 6}"
      rx="4"
    /><text class="soft" font-size="13" x="0" y="${y + 20}">${name}</text>${entries.map((entry) => {
      const start = x(Date.parse(entry.at));
      const open = entry.status === 'running' || entry.status === 'waiting';
      const end = x(Date.parse(entry.endedAt ?? (open ? until : entry.at)));
      const isMoment = entry.endedAt === undefined && !open;
      const colour = isMoment ? 'act' : COLOUR[entry.status];
      return html`<rect
        class="${colour}"
        x="${round(start)}"
        y="${y + 7}"
        width="${round(Math.max(3, end - start))}"
        height="${LANE - 14}"
        rx="2"
        ><title>${clock(Date.parse(entry.at))} ${entry.text.slice(0, 300)}</title></rect
      >`;
    })}`;
}

const STEPS_S = [1, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400];

/** Round times, eight at most; far apart ones where a run takes weeks. */
function ticks(from: number, to: number): number[] {
  const wanted = (to - from) / 8_000;
  const step = (STEPS_S.find((each) => each >= wanted) ?? 86_400 * Math.ceil(wanted / 86_400)) * 1000;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, i) => first + i * step);
}

const clock = (time: number): string => new Date(time).toISOString().slice(11, 19);
const round = (value: number): string => value.toFixed(1);
