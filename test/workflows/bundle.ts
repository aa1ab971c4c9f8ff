/** Bundling takes seconds, and every file of the engine's tests needs the same bundle: it is made once for all of them. */
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { createHash, randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleRunbooks } from '../../worker/versions/bundle.ts';

/** The bundle of this entry, from the folder that the test servers live in when another file has made it already. */
export async function bundleOnce(entry: URL): Promise<WorkflowBundleWithSourceMap> {
  const name = createHash('sha256').update(entry.href).digest('hex').slice(0, 16);
  const file = join(process.env['TEST_FOLDER']!, `bundle-${name}.json`);
  const made = await readFile(file, 'utf8').catch(() => undefined);
  if (made) return JSON.parse(made) as WorkflowBundleWithSourceMap;
  const bundle = await bundleRunbooks(entry);
  // In one step: a second jest worker never reads half a bundle.
  const partial = `${file}.${randomUUID()}`;
  await writeFile(partial, JSON.stringify(bundle));
  await rename(partial, file);
  return bundle;
}
