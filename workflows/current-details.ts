import { setCurrentDetails } from '@temporalio/workflow';
import type { Journal } from './journal.ts';

/** Shows in Temporal's own UI and CLI what the run does now, or for what and whom it waits, since when. */
export function showCurrent(journal: Journal): void {
  const { current } = journal;
  if (!current) {
    setCurrentDetails(journal.entries.at(-1)?.text ?? '');
    return;
  }
  const { status, at, text, facts } = current;
  const asked = facts?.['from'] as readonly string[] | undefined;
  const whom = asked ? ` for ${asked.join(', ')}` : '';
  setCurrentDetails(status === 'waiting' ? `Waits${whom} since ${at}: ${text}` : `Since ${at}: ${text}`);
}
