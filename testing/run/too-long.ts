/** A run that uses much of the history that Temporal allows fails its test, unless the test says that it means it. */
import {
  percent,
  shareUsed,
  SHORTER,
  USUAL_BOUNDS,
  usedInWords,
  type HistorySize,
} from '../../workflows/history-limits.ts';
import { LONG_HISTORY, type JournalEntry } from '../../workflows/messages.ts';

/** `20%`: of the 51,200 events and 50 MB that Temporal allows a run. */
export type HistoryShare = `${number}%`;

const { warnAt, endAt } = USUAL_BOUNDS;

/** As a fraction. Throws a TypeError for a share that no test needs to name, or that no run comes to. */
export function historyShare(text: HistoryShare): number {
  const share = Number.parseFloat(text) / 100;
  if (!/^\d+(\.\d+)?%$/.test(text) || share <= warnAt || share > endAt)
    throw new TypeError(
      `longHistory('${text}'): write more than ${percent(warnAt)}, which every test has, and no more than ${percent(endAt)}, where a run ends by itself; like longHistory('20%')`,
    );
  return share;
}

/** Why a run that came to its end in a test would be too long in earnest. `allowed`: what the test said. */
export function tooLong(o: {
  readonly size: HistorySize;
  readonly allowed: number | undefined;
  readonly journal: readonly JournalEntry[];
}): string | undefined {
  const { size, allowed = warnAt, journal } = o;
  const used = shareUsed(size);
  if (used < allowed) return undefined;
  const said = journal.find((line) => line.kind === 'note' && line.name === LONG_HISTORY);
  const next = Math.ceil(used * 100) + 1;
  return [
    `the run ended, and it is longer than ${o.allowed === undefined ? 'a run should be' : `longHistory('${percent(allowed)}') allows`}: it ${usedInWords(size)}.`,
    said?.text ?? SHORTER,
    ...(next <= endAt * 100 ? [`Where that is meant: stage.longHistory('${next}%')`] : []),
  ].join('\n');
}
