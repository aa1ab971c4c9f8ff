import { ApiError, type ApiClient } from '../../gateway/api-client.ts';
import type { RunDetail, RunView } from '../../gateway/api/runs.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';

type Api = Pick<ApiClient, 'run' | 'runs'>;

/**
 * The run that is meant: by its id, by a part of it that only one run has, or without a name the newest one that still
 * runs, else the newest.
 */
export async function findRun(api: Api, named: string | undefined): Promise<RunDetail> {
  if (named !== undefined) {
    const exact = await api.run(named).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 'no-such-run') return undefined;
      throw error;
    });
    if (exact) return exact;
  }
  const { runs } = await api.runs({ limit: 500 });
  return api.run(pick(runs, named).workflowId);
}

/** Pure: `runs` is newest first. */
export function pick(runs: readonly RunView[], named: string | undefined): RunView {
  if (named === undefined) {
    const newest = runs.find((run) => run.status !== 'ended') ?? runs[0];
    if (newest) return newest;
    throw new CliFailure(EXIT.notFound, 'there is no run yet', {
      next: 'start one with "nightshift run RUNBOOK", or let an alert do it',
    });
  }
  const fits = runs.filter((run) => run.workflowId.includes(named));
  const [only, second] = fits;
  if (only && !second) return only;
  if (!only) {
    throw new CliFailure(EXIT.notFound, `no run is called "${named}"`, {
      next: '"nightshift runs" lists them',
    });
  }
  throw new CliFailure(
    EXIT.usage,
    [`"${named}" fits ${fits.length} runs:`, ...fits.slice(0, 10).map((run) => `  ${run.workflowId}`)].join(
      '\n',
    ),
    { next: 'write more of its id' },
  );
}
