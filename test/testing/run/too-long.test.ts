import { expect, test } from '@jest/globals';
import { tooLong } from '../../../testing/run/too-long.ts';
import { LONG_HISTORY, type JournalEntry } from '../../../workflows/messages.ts';

const line = (name: string, text: string): JournalEntry => ({
  ...{ seq: 1, at: '2026-11-21T02:47:00.000Z', kind: 'note', name, text, status: 'ok' },
});

test('a run that said that its history grows long fails its test, with the advice', () => {
  expect(tooLong([line('note', 'all is well')])).toBeUndefined();
  expect(tooLong([line(LONG_HISTORY, 'The run has used 8.1% of the history. Cut it.')])).toBe(
    'the run ended, and it is too long for a run. The run has used 8.1% of the history. Cut it.',
  );
});
