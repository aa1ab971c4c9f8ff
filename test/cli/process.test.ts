import { expect, test } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { wantsColour } from '../../cli/terminal/io.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const ARGS = ['--disable-warning=ExperimentalWarning', MAIN];

test('a reader that leaves early is no error', async () => {
  const child = spawn(process.execPath, [...ARGS, 'completion', 'fish'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
  child.stdout.destroy();
  const [code] = (await once(child, 'exit')) as [number | null];
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
});

test('the exit code and both streams are the process’s own', async () => {
  const failed = await promisify(execFile)(process.execPath, [...ARGS, 'runs'], {
    env: { ...process.env, NIGHTSHIFT_HOME: '/nonexistent', NIGHTSHIFT_URL: '' },
  }).catch((error: { code: number; stdout: string; stderr: string }) => error);
  expect(failed).toMatchObject({ code: 5, stdout: '' });
  expect(failed.stderr).toContain('exit code 5 (unreachable');
});

test('NO_COLOR wins, FORCE_COLOR replaces a terminal', () => {
  expect(wantsColour({}, true)).toBe(true);
  expect(wantsColour({}, false)).toBe(false);
  expect(wantsColour({ NO_COLOR: '1' }, true)).toBe(false);
  expect(wantsColour({ NO_COLOR: '1', FORCE_COLOR: '1' }, true)).toBe(false);
  expect(wantsColour({ FORCE_COLOR: '1' }, false)).toBe(true);
  expect(wantsColour({ FORCE_COLOR: '0' }, true)).toBe(false);
});
