import type { Ledger } from '../ledger/api.ts';
import { retiredText } from '../ledger/versions.ts';
import { workerDeployment, type WorkerDeployment } from '../workflows/worker-deployment.ts';
import { createRunWorker, type WorkersOptions } from './create-workers.ts';
import { bundleId } from './versions/bundle.ts';
import { contractSchemas } from './versions/contract-schemas.ts';
import { hostBundles, type HostedBundles } from './versions/host-bundles.ts';
import { mayTakeNewRuns } from './versions/take-new-runs.ts';

export interface HostRunsOptions extends WorkersOptions {
  /** The bundle of the runbooks that this process was started with. */
  readonly code: string;
  /** New runs take this process' bundle from now on. */
  readonly makeCurrent: boolean;
  readonly warn: (message: string, error?: unknown) => void;
}

/**
 * Keeps the bundle that this process was started with in the ledger, and hosts it beside every other that open runs need.
 * Answers when it does.
 */
export async function hostRuns(o: HostRunsOptions): Promise<HostedBundles & { readonly bundle: string }> {
  const { code, ledger, connection, namespace, deployment, worker, makeCurrent, warn } = o;
  const id = bundleId(code);
  const contracts = contractSchemas(o.steps.map((step) => step.contract));
  const retired = (await ledger.retiredVersions()).get(id);
  if (retired && makeCurrent) throw new Error(retiredText(retired));
  await ledger.keepBundle({ id, code, contracts, by: worker });
  const versions = workerDeployment(connection.workflowService, {
    namespace,
    deployment,
    identity: worker,
  });
  await dropOld(ledger, versions);
  const takes = makeCurrent && (await mayTakeNewRuns(ledger, { id, worker, warn }));
  const hosted = await hostBundles({
    own: { id, code },
    load: (other) => ledger.bundleCode(other),
    deployment: versions,
    createWorker: (bundle) =>
      createRunWorker(o, {
        code: bundle.code,
        version: { deploymentName: versions.name, buildId: bundle.id },
      }),
    makeCurrent: takes,
    warn,
  });
  return { ...hosted, bundle: id };
}

/** Enough to go back to, and to replay what ended lately. */
const KEPT = 20;

/** Bundles accumulate only when workers start with new code, so that is when old ones go: those that no open run needs. */
async function dropOld(ledger: Ledger, versions: WorkerDeployment): Promise<void> {
  const [kept, statuses] = await Promise.all([ledger.bundles(), versions.bundles()]);
  const unneeded = kept.slice(KEPT).filter(({ id }) => (statuses.get(id)?.status ?? 'drained') === 'drained');
  await ledger.dropBundles(unneeded.map(({ id }) => id));
}
