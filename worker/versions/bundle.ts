/** What is bundled for Temporal's sandbox, and by what it is known. */
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { createHash } from 'node:crypto';
import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const QUIET = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error };

/** The catalogue with the engine; source beside source, compiled beside compiled. */
export const runbooksEntry = new URL(`../entry${extname(import.meta.url)}`, import.meta.url);

const preloaded = fileURLToPath(new URL(`../preloaded${extname(import.meta.url)}`, import.meta.url));

/**
 * Bundles the engine with a catalogue of runbooks, unless a test brings an entry of its own. `catalogue` is the module
 * that stands for `nightshift-catalogue` in an entry.
 */
export function bundleRunbooks(
  entry: URL = runbooksEntry,
  { catalogue }: { readonly catalogue?: URL } = {},
): Promise<WorkflowBundleWithSourceMap> {
  const workflowsPath = fileURLToPath(entry);
  return bundleWorkflowCode({
    workflowsPath,
    preloadModules: [preloaded],
    logger: QUIET,
    // Modules are named by their path from here: the same code is the same bundle in every folder and on every host.
    webpackConfigHook: (config) => ({
      ...config,
      context: dirname(workflowsPath),
      ...(catalogue && {
        resolve: {
          ...config.resolve,
          alias: { ...config.resolve?.alias, 'nightshift-catalogue$': fileURLToPath(catalogue) },
        },
      }),
    }),
  });
}

const SOURCE_MAP = /\n\/\/# sourceMappingURL=[^\n]*\s*$/;

/** The first 16 hexadecimal digits of the SHA-256 of its code; the source map, which has the paths of this machine, is left out. */
export const bundleId = (code: string): string =>
  createHash('sha256').update(code.replace(SOURCE_MAP, '')).digest('hex').slice(0, 16);
