import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildGo, type BinaryProgress } from '../../../embedded/binaries/index.ts';
import { temporaryFolders } from '../temporary-folder.ts';

const newFolder = temporaryFolders();

async function goProgram(says: string) {
  const dir = await newFolder();
  const write = (text: string) =>
    writeFile(join(dir, 'main.go'), `package main\n\nfunc main() { println("${text}") }\n`);
  await writeFile(join(dir, 'go.mod'), 'module example/hello\n\ngo 1.24\n');
  await write(says);
  const env = { ...process.env, NIGHTSHIFT_HOME: await newFolder() };
  const events: BinaryProgress[] = [];
  const build = () => buildGo({ name: 'hello', dir, env, onProgress: (event) => events.push(event) });
  return { write, build, events };
}

const output = (path: string) => execFileSync('sh', ['-c', `${path} 2>&1`], { encoding: 'utf8' }).trim();
const builds = (events: BinaryProgress[]) =>
  events.filter(({ way, phase }) => way === 'build' && phase === 'ready');

test('builds once for the same sources, also when two ask at the same time, and again when they change', async () => {
  const { write, build, events } = await goProgram('hello');
  const [first, second] = await Promise.all([build(), build()]);
  expect(second).toBe(first);
  expect(builds(events)).toHaveLength(1);
  expect(output(first)).toBe('hello');

  await write('goodbye');
  const changed = await build();
  expect(changed).not.toBe(first);
  expect(output(changed)).toBe('goodbye');
  expect(output(await build())).toBe('goodbye');
  expect(builds(events)).toHaveLength(2);
});

test('a program that does not compile is an error with what the compiler says, and leaves nothing in the cache', async () => {
  const { write, build } = await goProgram('hello');
  await write('"); undefinedFunction("');
  await expect(build()).rejects.toThrow('undefined: undefinedFunction');
  await expect(build()).rejects.toThrow('undefined: undefinedFunction');
});
