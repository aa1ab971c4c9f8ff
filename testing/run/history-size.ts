import type { WorkflowHandle } from '@temporalio/client';
import type { HistorySize } from '../../workflows/history-limits.ts';

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** What a history comes to. Its bytes are those of its payloads and texts; the test server does not count any. */
export const sizeOf = (history: History): HistorySize => ({
  events: history.events?.length ?? 0,
  bytes: bytesIn(history.events),
});

function bytesIn(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + bytesIn(part), 0);
}
