import { expect, test } from '@jest/globals';
import { Trace } from '../../bench/measure/trace.ts';

test('a wrapped object answers as before and leaves a moment before and after', async () => {
  const trace = new Trace();
  const ledger = { deployment: 'test', write: async (what: string) => `wrote ${what}`, size: () => 3 };
  const wrapped = trace.wrap('ledger', ledger);
  trace.begin();
  expect(await wrapped.write('it')).toBe('wrote it');
  expect(wrapped.deployment).toBe('test');
  expect(wrapped.size()).toBe(3);
  expect(trace.at('ledger.write.end')).toBeGreaterThanOrEqual(trace.at('ledger.write'));
});

test('a moment that did not come is an error that says what came', () => {
  const trace = new Trace();
  trace.mark('seen');
  expect(() => trace.at('written')).toThrow('the run had no moment "written" number 0; it had: seen');
  trace.begin();
  expect(trace.all('seen')).toEqual([]);
});
