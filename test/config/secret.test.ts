import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { secret } from '../../config/index.ts';

test.each([
  ['an environment variable', secret.env('NIGHTSHIFT_TEST_SECRET')],
  ['a literal', secret.literal('hunter2')],
])('%s never shows what it is', (_, s) => {
  process.env['NIGHTSHIFT_TEST_SECRET'] = 'hunter2';
  expect(s.reveal()).toBe('hunter2');
  for (const shown of [String(s), JSON.stringify({ s }), inspect({ s }, { depth: 9, showHidden: true })]) {
    expect(shown).toContain('[secret');
    expect(shown).not.toContain('hunter2');
  }
});

test('a file is read when the secret is needed, without its last line break, and again after a rotation', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'nightshift-secret-')), 'token');
  const s = secret.file(file);
  expect(() => s.reveal()).toThrow(`[secret from the file ${file}] cannot be read; create it`);
  writeFileSync(file, 'first\n');
  expect(s.reveal()).toBe('first');
  writeFileSync(file, 'second\r\n');
  expect(s.reveal()).toBe('second');
  writeFileSync(file, '\n');
  expect(() => s.reveal()).toThrow('is empty');
});

test('a variable that is not set is named', () => {
  expect(() => secret.env('NIGHTSHIFT_TEST_UNSET').reveal()).toThrow(
    'environment variable NIGHTSHIFT_TEST_UNSET] is not set',
  );
});
