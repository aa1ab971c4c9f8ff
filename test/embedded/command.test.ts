import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run, type CommandError } from '../../embedded/command.ts';
import { isAlive } from '../../embedded/liveness.ts';
import { temporaryFolders } from './temporary-folder.ts';

const newFolder = temporaryFolders();
const shell = (script: string, options: Partial<Parameters<typeof run>[2]> = {}) =>
  run('sh', ['-c', script], { timeoutMs: 30_000, ...options });

test('gives what the command printed, and reads its input', async () => {
  expect(await shell('cat; echo warned >&2', { input: 'hello' })).toEqual({
    stdout: 'hello',
    stderr: 'warned\n',
  });
});

test('a failure tells the command, the exit code and the last lines, and carries both outputs', async () => {
  const error = await shell('echo some; seq 1 9 >&2; exit 3').catch(
    (thrown: unknown) => thrown as CommandError,
  );
  expect(error).toMatchObject({ name: 'CommandError', exitCode: 3, stdout: 'some\n' });
  expect((error as CommandError).message).toMatch(/failed with exit code 3:\n5\n6\n7\n8\n9$/);
});

test('a command that does not exist is named', async () => {
  await expect(run('no-such-command', [], { timeoutMs: 1000 })).rejects.toThrow(
    'no-such-command cannot be run',
  );
});

test('at the deadline the command ends with everything that it started', async () => {
  const file = join(await newFolder(), 'pid');
  // Time for a shell on a busy machine to begin.
  await expect(shell(`sleep 1000 & echo $! > ${file}; wait`, { timeoutMs: 3_000 })).rejects.toThrow(
    'took longer than',
  );
  const grandchild = { pid: Number(await readFile(file, 'utf8')), startTime: undefined };
  while (await isAlive(grandchild)) await sleep(20);
});

test('cancelling ends it', async () => {
  const cancel = new AbortController();
  const running = shell('sleep 1000', { signal: cancel.signal });
  cancel.abort();
  await expect(running).rejects.toThrow('was cancelled');
});

test('lines of standard error come as they are written, whole', async () => {
  const lines: string[] = [];
  await shell('printf one >&2; printf "\\ntwo\\n" >&2', { onLine: (line) => lines.push(line) });
  expect(lines).toEqual(['one', 'two']);
});
