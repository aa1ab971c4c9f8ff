import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkJars } from '../../../embedded/binaries/maven.ts';
import { temporaryFolders } from '../temporary-folder.ts';

const newFolder = temporaryFolders();
const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');

async function lib(jars: Record<string, string>): Promise<string> {
  const folder = await newFolder();
  for (const [name, content] of Object.entries(jars)) await writeFile(join(folder, name), content);
  return folder;
}

const pinned = `${sha256('one')}  one.jar\n${sha256('two')} *two.jar\n`;

test('the pinned jars are accepted', async () => {
  await expect(checkJars(await lib({ 'one.jar': 'one', 'two.jar': 'two' }), pinned)).resolves.toBeUndefined();
});

test.each([
  [
    'a changed jar',
    { 'one.jar': 'changed', 'two.jar': 'two' },
    `one.jar has SHA-256 ${sha256('changed')}, pinned is ${sha256('one')}`,
  ],
  ['a jar that nobody pinned', { 'one.jar': 'one', 'two.jar': 'two', 'x.jar': '' }, 'pinned is no such jar'],
  ['a missing jar', { 'one.jar': 'one' }, 'Maven did not deliver two.jar'],
])('%s is refused', async (_what, jars, message) => {
  await expect(checkJars(await lib(jars), pinned)).rejects.toThrow(message);
});
