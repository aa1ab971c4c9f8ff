/**
 * The deploy check as a process of its own: the bundle's id first, then a verdict for each fact, a message each. Temporal's
 * core writes what it thinks of a replay to standard output, so that is nobody's.
 */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { on } from 'node:events';
import type { AnyContract } from '../../activities/kit/index.ts';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import { bundleCatalogue } from './bundle-catalogue.ts';
import { bundleId, bundleRunbooks } from './bundle.ts';
import { createBundleCheck, type Fact } from './check-bundle.ts';

export interface CheckProgram {
  readonly runbooks: readonly RunbookDefinition[];
  readonly contracts: readonly AnyContract[];
  /** What is bundled; `worker/entry` when absent. */
  readonly entry?: URL;
  /** The module of the runbooks, where they are not those of this repository. */
  readonly catalogue?: URL | undefined;
}

/** Ends when the process that forked it lets it go. */
export async function runCheckProgram({
  runbooks,
  contracts,
  entry,
  catalogue,
}: CheckProgram): Promise<void> {
  // A replay that fails is a verdict; the runtime would log it as its own trouble.
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), shutdownSignals: [] });
  const facts = on(process, 'message', { close: ['disconnect'] }) as AsyncIterable<[Fact]>;
  const { code } = await (catalogue ? bundleCatalogue(catalogue) : bundleRunbooks(entry));
  const check = createBundleCheck({ code, runbooks, contracts });
  process.send!({ bundle: bundleId(code) });
  for await (const [fact] of facts) process.send!(await check.verdict(fact));
  await check.close();
  await Runtime.instance().shutdown();
}
