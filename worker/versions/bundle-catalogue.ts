/** What Temporal's sandbox runs when the runbooks are not those of this repository. */
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { extname } from 'node:path';
import { bundleRunbooks } from './bundle.ts';

const entry = new URL(`./catalogue-entry${extname(import.meta.url)}`, import.meta.url);

/** Bundles the engine around the default export of the module `catalogue`: one runbook or a list of them. */
export const bundleCatalogue = (catalogue: URL): Promise<WorkflowBundleWithSourceMap> =>
  bundleRunbooks(entry, { catalogue });
