/** What Temporal's sandbox runs when the runbooks are not those of this repository. */
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleRunbooks } from './bundle.ts';

/** Bundles the engine around the default export of the module `catalogue`: one runbook or a list of them. */
export async function bundleCatalogue(catalogue: URL): Promise<WorkflowBundleWithSourceMap> {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-bundle-'));
  try {
    const entry = join(folder, 'entry.mjs');
    await writeFile(entry, entrySource(fileURLToPath(catalogue)));
    return await bundleRunbooks(pathToFileURL(entry), { modules: ourModules() });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const entrySource = (catalogue: string): string =>
  [
    `import runbooks from ${JSON.stringify(catalogue)};`,
    `import { runbookWorkflow } from ${JSON.stringify(ours('../../workflows/run'))};`,
    `export { reminder } from ${JSON.stringify(ours('../../workflows/reminder'))};`,
    'export default runbookWorkflow([runbooks].flat());',
    '',
  ].join('\n');

const ours = (path: string): string =>
  fileURLToPath(new URL(`${path}${extname(import.meta.url)}`, import.meta.url));

/** Where Temporal's own part of the bundle is installed: the entry is in a folder that has no packages above it. */
const ourModules = (): string =>
  dirname(dirname(dirname(createRequire(import.meta.url).resolve('@temporalio/workflow/package.json'))));
