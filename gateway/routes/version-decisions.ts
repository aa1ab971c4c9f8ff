/** What people decide about versions of the runbooks: in the ledger with who and why, then done in Temporal. */
import type { Ledger } from '../../ledger/api.ts';
import { makeVersionCurrent, retireVersion, type RunsOfRetired } from '../api/deploy.ts';
import type { Dispatcher } from '../dispatcher.ts';
import { ProblemError } from '../problem-error.ts';
import type { Serve } from '../serve.ts';
import type { TemporalClient } from '../temporal-client.ts';
import { TemporalAway } from '../temporal-failure.ts';

interface VersionDecisionDeps {
  readonly ledger: Ledger;
  readonly temporal: TemporalClient;
  readonly dispatcher: Dispatcher;
}

const BECOME = { cancel: 'cancelled', stop: 'stopped', move: 'moved' } as const satisfies Record<
  RunsOfRetired,
  string
>;

export function serveVersionDecisions(serve: Serve, deps: VersionDecisionDeps): void {
  const { ledger, temporal, dispatcher } = deps;

  serve(makeVersionCurrent, async ({ params: { version }, body: { reason }, caller }) => {
    const known = await temporal.versions((v) => v.bundles());
    if (!known.has(version))
      throw new ProblemError(
        'not-found',
        `no worker has started with version "${version}"; see GET /api/deploy/versions`,
      );
    await ledger.versionMadeCurrent(version, { by: caller.person, reason });
    await afterwards(() => temporal.versions((v) => v.makeCurrent(version)));
    return { current: version };
  });

  serve(retireVersion, async ({ params: { version }, body, caller }) => {
    const [known, open] = await Promise.all([
      temporal.versions((v) => v.bundles()),
      temporal.versions((v) => v.openRuns()),
    ]);
    const status = known.get(version)?.status;
    if (status === undefined && !(await ledger.bundles()).some(({ id }) => id === version))
      throw new ProblemError('not-found', `there is no version "${version}"; see GET /api/deploy/versions`);
    if (status === 'current' || status === 'ramping')
      throw new ProblemError(
        'conflict',
        `version ${version} takes new runs; make another one current first: nightshift deploy current VERSION`,
      );
    const current = [...known].find(([, { status: s }]) => s === 'current')?.[0];
    if (body.runs === 'move' && current === undefined)
      throw new ProblemError('conflict', 'no version is current, so the runs cannot be moved to it');
    const runs = open.filter((run) => run.pinned && run.version === version).map((run) => run.workflowId);
    if (runs.length > 0 && body.runs === undefined)
      throw new ProblemError(
        'conflict',
        `${runs.length} open runs are pinned to version ${version}; say what becomes of them: cancel, stop or move`,
      );
    if (runs.length > body.openRuns)
      throw new ProblemError(
        'conflict',
        `${runs.length} open runs are pinned to version ${version}, more than the ${body.openRuns} that were seen; look again`,
      );
    await ledger.retireVersion({
      bundle: version,
      order: { by: caller.person, reason: body.reason },
      runs,
      become: body.runs && BECOME[body.runs],
    });
    if (body.runs === 'move')
      await afterwards(async () => {
        for (const workflowId of runs) await temporal.versions((v) => v.move(workflowId, current!));
      });
    else dispatcher.wake();
    return { retired: version, runs };
  });
}

/** What Temporal is asked to do once the decision is written down: where it does not answer, asking again is safe. */
async function afterwards(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof TemporalAway)) throw error;
    throw new ProblemError(
      'temporal-away',
      'the decision is in the ledger, and Temporal does not answer: it is not done, or in part. Ask again',
      { cause: error },
    );
  }
}
