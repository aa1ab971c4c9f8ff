import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Output, type OutputLimits } from '../../../../activities/hosts/ssh/output.ts';

function said(chunks: readonly (Buffer | string)[], limits: OutputLimits) {
  const output = new Output(limits);
  for (const chunk of chunks) output.add(Buffer.from(chunk));
  return { text: output.text(), cut: output.cut };
}
/** The same bytes, torn at these places. */
const torn = (text: string, cuts: readonly number[]): Buffer[] => {
  const bytes = Buffer.from(text);
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length));
};

test('no character is torn between two chunks', () => {
  const anything = fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed());
  fc.assert(
    fc.property(anything, fc.array(fc.nat(200)), (text, cuts) => {
      expect(said(torn(text, cuts), { maxBytes: 10_000 })).toEqual({ text, cut: undefined });
    }),
  );
});

test('however it is torn, what is kept is within the limits, begins the whole, and says that it was cut', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '漢', '🦀', '\n') });
  fc.assert(
    fc.property(
      text,
      fc.array(fc.nat(200)),
      fc.nat(40),
      fc.integer({ min: 1, max: 6 }),
      (whole, cuts, maxBytes, maxLines) => {
        const kept = said(torn(whole, cuts), { maxBytes, maxLines });
        expect(whole.startsWith(kept.text)).toBe(true);
        expect(Buffer.byteLength(kept.text)).toBeLessThanOrEqual(maxBytes);
        expect(kept.text.split('\n').length - 1).toBeLessThanOrEqual(maxLines);
        expect(kept.cut === undefined).toBe(kept.text === whole);
      },
    ),
    { numRuns: 500 },
  );
});

test('exactly as many bytes, or lines, as are allowed are not cut; one more is', () => {
  expect(said(['1234'], { maxBytes: 4 })).toEqual({ text: '1234', cut: undefined });
  expect(said(['1234', '5'], { maxBytes: 4 })).toEqual({ text: '1234', cut: 'bytes' });
  expect(said(['a\nb\n'], { maxBytes: 99, maxLines: 2 })).toEqual({ text: 'a\nb\n', cut: undefined });
  expect(said(['a\nb', '\nc'], { maxBytes: 99, maxLines: 2 })).toEqual({ text: 'a\nb\n', cut: 'lines' });
});

test('bytes that are no UTF-8 are replaced, not thrown at', () => {
  expect(said([Buffer.from([0x61, 0xff, 0x62])], { maxBytes: 9 }).text).toBe('a\uFFFDb');
});
