import { expect, test } from '@jest/globals';
import { nightshift } from './command-line.ts';

const env = { NIGHTSHIFT_URL: 'http://127.0.0.1:1', NIGHTSHIFT_TOKEN: 't' };

test('options that do not fit each other are refused before anybody is asked', async () => {
  const refused = {
    'name the run': ['--html'],
    'leave out the run': ['pods-crash', '--days', '3'],
    'pass --html too': ['pods-crash', '--to', 'page.html'],
    'no JSON': ['pods-crash', '--html', '-o', 'json'],
  };
  for (const [why, args] of Object.entries(refused)) {
    const { code, err } = await nightshift(['report', ...args], { env });
    expect(code).toBe(2);
    expect(err).toContain(why);
  }
});
