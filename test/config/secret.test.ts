import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, expect, jest, test } from '@jest/globals';
import { secret } from '../../config/index.ts';
import { parseConfig } from '../../config/parse-config.ts';

afterEach(() => void jest.restoreAllMocks());

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

test('a command is run without a shell, and its answer counts for a while', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-secret-'));
  const counted = `require('fs').appendFileSync(process.argv[1], 'x'); console.log('hunter2 $HOME')`;
  const s = secret.command([process.execPath, '-e', counted, join(folder, 'asked')]);
  expect([s.reveal(), s.reveal()]).toEqual(['hunter2 $HOME', 'hunter2 $HOME']);
  expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('x');
  for (const shown of [String(s), JSON.stringify({ s }), inspect({ s }, { depth: 9, showHidden: true })]) {
    expect(shown).toContain('[secret from the command');
    expect(shown).not.toContain('hunter2');
    expect(shown).not.toContain('appendFileSync');
  }
});

test('a command that fails says so, and nothing of what it printed', () => {
  const says = (code: string) => secret.command([process.execPath, '-e', code]);
  const failing = says(`console.log('hunter2'); console.error('hunter2'); process.exit(3)`);
  const error = (() => {
    try {
      return failing.reveal();
    } catch (thrown) {
      return thrown;
    }
  })();
  expect((error as Error).message).toMatch(/^\[secret from the command .*\] ended with code 3; run it/);
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hunter2');
  expect(() => secret.command(['nightshift-has-no-such-program']).reveal()).toThrow('is not there');
  expect(() => says('').reveal()).toThrow('is empty');
});

test('a command that fails is asked again after a while, and what it said before counts until it answers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-secret-'));
  const [asked, said] = [join(folder, 'asked'), join(folder, 'said')];
  const code = `const fs = require('fs'), [, asked, said] = process.argv;
    fs.appendFileSync(asked, 'x'); process.stdout.write(fs.readFileSync(said))`;
  const s = secret.command([process.execPath, '-e', code, asked, said]);
  const timesAsked = () => readFileSync(asked, 'utf8').length;
  let now = 1_000;
  jest.spyOn(performance, 'now').mockImplementation(() => now);

  for (let i = 0; i < 2; i += 1) expect(() => s.reveal()).toThrow('ended with code 1; run it');
  expect(timesAsked()).toBe(1);
  writeFileSync(said, 'first');
  now += 30_000;
  expect(s.reveal()).toBe('first');

  for (const nothing of [() => writeFileSync(said, ''), () => rmSync(said)]) {
    nothing();
    const before = timesAsked();
    now += 5 * 60_000;
    expect([s.reveal(), s.reveal()]).toEqual(['first', 'first']);
    expect(timesAsked()).toBe(before + 1);
  }
  writeFileSync(said, 'second');
  now += 30_000;
  expect(s.reveal()).toBe('second');
});

test('a relative file of any field counts from the configuration', () => {
  const config = parseConfig(
    {
      deployment: 'test',
      stateDir: 'state',
      people: {},
      database: { url: { file: 'database' } },
      prometheus: { url: 'http://127.0.0.1:9090', token: { file: 'prometheus' } },
      loki: { url: 'http://127.0.0.1:3100', token: { command: ['./loki-token'] } },
      traces: { kind: 'jaeger', url: 'http://127.0.0.1:16686', token: { file: 'jaeger' } },
    },
    { baseDir: '/etc/nightshift' },
  );
  expect([config.database.url.file, config.prometheus?.token?.file, config.traces?.token?.file]).toEqual(
    ['database', 'prometheus', 'jaeger'].map((name) => `/etc/nightshift/${name}`),
  );
  expect(String(config.loki?.token)).toBe('[secret from the command ./loki-token]');
});
