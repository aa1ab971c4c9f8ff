/** How long a run's history may become, as a server of Temporal has it that nobody has changed. */

/** `limit.historyCount.error` and `limit.historySize.error`. */
const MOST_EVENTS = 51_200;
const MOST_BYTES = 50 * 1024 * 1024;

/** Shares of what Temporal allows. */
export interface HistoryBounds {
  readonly warnAt: number;
  readonly askAt: number;
  readonly endAt: number;
}

/** 4,096 events, where Temporal itself suggests to begin anew; 8,192, before its own warning; 40,960. */
export const USUAL_BOUNDS: HistoryBounds = { warnAt: 0.08, askAt: 0.16, endAt: 0.8 };

export interface HistorySize {
  readonly events: number;
  readonly bytes: number;
}

/** The share of what Temporal allows: of events or of bytes, whichever is more. */
export const shareUsed = ({ events, bytes }: HistorySize): number =>
  Math.max(events / MOST_EVENTS, bytes / MOST_BYTES);

export const percent = (share: number): string => `${Number((share * 100).toPrecision(2))}%`;

/** `used 8.2% of the history that Temporal allows a run (4200 of 51200 events, 1.2 of 50 MB)` */
export const usedInWords = (size: HistorySize): string =>
  `used ${percent(shareUsed(size))} of the history that Temporal allows a run (${size.events} of ${MOST_EVENTS} events, ${(size.bytes / 1024 / 1024).toFixed(1)} of 50 MB)`;

export const SHORTER =
  'For its author: give parts of the work to runs of their own with runRunbook, and wait with check(step) instead of a loop.';
