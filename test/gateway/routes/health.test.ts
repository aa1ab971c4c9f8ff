import { expect, test } from '@jest/globals';
import { recordSays } from '../../../gateway/routes/health.ts';

test('a record that is a moment behind is fine; a minute behind, it says what it waits for', () => {
  expect(recordSays({ unsealedMs: 6_000, unwitnessedMs: 59_000 })).toBe('ok');
  expect(recordSays({ unsealedMs: 185_000, unwitnessedMs: 0 })).toBe(
    'entries have waited to be sealed for 3 min: no worker runs, or it could not seal',
  );
  expect(recordSays({ unsealedMs: 0, unwitnessedMs: 3_600_000 })).toBe(
    'the witness has taken no checkpoint for 60 min: it is away, or it refuses',
  );
});
