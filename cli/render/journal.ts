import type { JournalEntry } from '../../workflows/messages.ts';
import { cleanLine } from './clean.ts';
import { renderEvidence } from './evidence.ts';
import { columns, padEnd, wrap } from './layout.ts';
import type { Screen } from './screen.ts';
import { clock, elapsed, took } from './time.ts';
import { renderWouldDo } from './would-do.ts';

type Status = JournalEntry['status'];
const SIGN: Record<Status, string> = {
  running: '…',
  waiting: '⏸',
  ok: '✔',
  failed: '✘',
  skipped: '–',
  unknown: '?',
};
const KIND_WIDTH = 9;

export interface Placing {
  readonly startedAt: string;
  readonly screen: Screen;
  /** Which moment of the entry is shown: in a list its start, in a line that is printed when it ended its end. */
  readonly by?: 'start' | 'end';
}

/** Whether an entry only says again what the one before it said: the second look of something that is waited for. */
export const isRepeated = (before: JournalEntry | undefined, entry: JournalEntry): boolean =>
  before !== undefined &&
  entry.kind === 'read' &&
  entry.status === 'ok' &&
  before.kind === entry.kind &&
  before.status === entry.status &&
  before.name === entry.name &&
  before.text === entry.text;

/** One entry of a run's story: when, since the start, what kind, the text, how long it took. */
export function renderEntry(entry: JournalEntry, { startedAt, screen, by = 'start' }: Placing): string[] {
  const { paint, width } = screen;
  const at = by === 'end' ? (entry.endedAt ?? entry.at) : entry.at;
  const since = `+${short(new Date(at).getTime() - new Date(startedAt).getTime())}`;
  const sign = paintStatus(entry.status, screen)(SIGN[entry.status]);
  const length = entry.endedAt ? new Date(entry.endedAt).getTime() - new Date(entry.at).getTime() : 0;
  const suffix = [WORD[entry.status], length >= 100 ? took(length) : ''].filter((word) => word !== '');
  const text =
    emphasis(entry, screen)(cleanLine(entry.text)) +
    (suffix.length > 0 ? paint.dim(` (${suffix.join(', ')})`) : '');
  if (width < 60) {
    const lines = wrap(text, { width, first: `${padEnd(since, 6)} ${sign} `, rest: '  ' });
    return [...lines, ...renderEvidence(entry, '  ', screen), ...renderWouldDo(entry, screen)];
  }
  const when = width >= 100 ? `${paint.dim(clock(at, screen))} ` : '';
  const first = `${when}${paint.dim(padEnd(since, 7))} ${sign} ${paint.dim(padEnd(entry.kind, KIND_WIDTH))} `;
  const rest = ' '.repeat(columns(first));
  return [
    ...wrap(text, { width, first, rest }),
    ...renderEvidence(entry, rest, screen),
    ...renderWouldDo(entry, screen),
  ];
}

/** All entries in order; looks that say the same again are one line. */
export const renderStory = (journal: readonly JournalEntry[], placing: Placing): string[] =>
  journal
    .filter((entry, i) => !isRepeated(journal[i - 1], entry))
    .flatMap((entry) => renderEntry(entry, placing));

/** The status in words where the sign alone could be missed. */
const WORD: Record<Status, string> = {
  running: '',
  waiting: 'waiting',
  ok: '',
  failed: 'failed',
  skipped: 'skipped',
  unknown: 'unknown',
};

function paintStatus(status: Status, { paint }: Screen): (text: string) => string {
  if (status === 'ok') return paint.green;
  if (status === 'failed') return paint.red;
  if (status === 'waiting' || status === 'unknown') return paint.yellow;
  return paint.dim;
}

function emphasis({ kind, status }: JournalEntry, { paint }: Screen): (text: string) => string {
  if (status === 'failed') return paint.red;
  return kind === 'finding' || kind === 'change' || kind === 'end' || kind === 'question'
    ? paint.bold
    : (text) => text;
}

/** `8s`, `3m20s`, `2h05m`: for a narrow column. */
function short(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
  if (seconds < 86_400)
    return `${Math.floor(seconds / 3600)}h${String(Math.floor(seconds / 60) % 60).padStart(2, '0')}m`;
  return elapsed(milliseconds).replaceAll(' ', '');
}
