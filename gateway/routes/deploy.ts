import type { Ledger } from '../../ledger/api.ts';
import {
  listOpenRuns,
  listVersions,
  showHistory,
  versionContracts,
  type VersionView,
} from '../api/deploy.ts';
import { ProblemError } from '../problem-error.ts';
import type { Serve } from '../serve.ts';
import type { TemporalClient } from '../temporal-client.ts';

export function serveDeploy(serve: Serve, o: { ledger: Ledger; temporal: TemporalClient }): void {
  const { ledger, temporal } = o;

  serve(listVersions, async () => {
    const [described, open, hosted, kept, retired] = await Promise.all([
      temporal.versions((v) => v.bundles()),
      temporal.versions((v) => v.openRuns()),
      temporal.versions((v) => v.hosted()),
      ledger.bundles(),
      ledger.retiredVersions(),
    ]);
    const keptAt = new Map(kept.map((bundle) => [bundle.id, bundle.keptAt]));
    const view = (version: string): VersionView => ({
      version,
      status: described.get(version)?.status ?? 'new',
      currentSince: described.get(version)?.currentSince,
      keptAt: keptAt.get(version),
      openRuns: open.filter((run) => run.pinned && run.version === version).length,
      hosted: hosted.has(version),
      retired: retired.get(version),
    });
    const ids = new Set([...kept.map((bundle) => bundle.id), ...described.keys()]);
    return { versions: [...ids].map(view) };
  });

  serve(listOpenRuns, async () => ({ runs: [...(await temporal.versions((v) => v.openRuns()))] }));

  serve(versionContracts, async ({ params: { version } }) => {
    const contracts = await ledger.bundleContracts(version);
    if (contracts) return { contracts };
    throw new ProblemError(
      'not-found',
      `the ledger keeps no version "${version}"; see GET /api/deploy/versions`,
    );
  });

  serve(showHistory, async ({ params: { workflowId } }) => {
    // The namespace may be others' too: what is read here is a run of this deployment.
    const run = await ledger.run(workflowId);
    if (!run) throw new ProblemError('no-such-run', `the ledger knows no run "${workflowId}"`);
    const history = await temporal.versions((v) => v.history(workflowId));
    if (history) return { history };
    throw new ProblemError('no-such-run', `Temporal has no history of "${workflowId}" any more`);
  });
}
