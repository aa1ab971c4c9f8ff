import { expect, test } from '@jest/globals';
import { countAgreement, decisive, type Agreement, type Look } from '../../workflows/agreement.ts';

const look = (agreement: Agreement, reason = ''): Look => ({ agreement, reason, writes: [] });

test.each<[Agreement, Agreement, Agreement]>([
  ['same', 'nothing', 'same'],
  ['other', 'nothing', 'other'],
  ['other', 'same', 'same'],
  ['same', 'other', 'same'],
  ['unknown', 'nothing', 'nothing'],
  ['nothing', 'unknown', 'unknown'],
  ['other', 'unknown', 'other'],
])('%s, then %s: %s', (earlier, later, kept) => {
  expect(decisive(look(earlier), look(later)).agreement).toBe(kept);
});

test('of two looks that saw it done the first is kept: it says since when', () => {
  expect(decisive(look('same', 'first'), look('same', 'second')).reason).toBe('first');
  expect(decisive(undefined, look('nothing')).agreement).toBe('nothing');
});

test('counts each word', () => {
  expect(countAgreement([look('same'), look('other'), look('same')])).toEqual({
    same: 2,
    other: 1,
    nothing: 0,
    unknown: 0,
  });
});
