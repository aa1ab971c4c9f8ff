/**
 * What deploying the runbooks at hand would do to the runs of a deployment. Three things are asked:
 *
 * 1. Do the steps at hand still take and answer what runs of older versions send and expect? Steps are not pinned, so
 *    this breaks runs wherever they are.
 * 2. Can runs that have not begun begin? They take the version that is current then.
 * 3. Can the histories of open runs, and of some that have ended, be told again? A run that is pinned to a version goes
 *    on there and needs it no more than that; one whose version is kept no longer breaks.
 */
import { ApiError, type ApiClient } from '../../gateway/api-client.ts';
import type { OpenRunView, VersionView } from '../../gateway/api/deploy.ts';
import type { Detail, Progress } from '../terminal/progress.ts';
import type { Broken, CheckProcess } from './check-process.ts';

export interface ContractBreak {
  readonly version: string;
  readonly step: string;
  readonly what: string;
  /** Open runs of that version. */
  readonly runs: readonly string[];
}

export interface ReplayBreak extends Broken {
  readonly workflowId: string;
  readonly type: string;
  readonly state: 'open' | 'ended';
  /** True when it breaks nothing now: the run has ended, or stays on a version that the ledger keeps. */
  readonly pinned: boolean;
}

/** Open in Temporal and unknown to the ledger, so that nobody may read its history here. */
export interface Unseen {
  readonly workflowId: string;
  readonly type: string;
  /** Pinned to no version: it goes on with the one that is deployed, and nobody has looked whether it can. */
  readonly moves: boolean;
}

export interface DeployCheck {
  /** The version that was checked. */
  readonly version: string;
  readonly replayed: { readonly open: number; readonly ended: number };
  readonly contracts: readonly ContractBreak[];
  readonly waiting: readonly { readonly workflowId: string; readonly problem: string }[];
  readonly replays: readonly ReplayBreak[];
  readonly unseen: readonly Unseen[];
}

export interface CheckOptions {
  /** Those that there are. */
  readonly versions: readonly VersionView[];
  readonly endedPerRunbook: number;
  readonly progress: Progress;
}

export async function checkDeploy(
  api: ApiClient,
  atHand: CheckProcess,
  { versions, endedPerRunbook, progress }: CheckOptions,
): Promise<DeployCheck> {
  const { runs: open } = await api.openRuns();
  const contracts = await progress.stage('steps that open runs call', () =>
    contractBreaks(api, atHand, { versions, open }),
  );
  const waiting = await progress.stage('runs that have not begun', () => cannotBegin(api, atHand));
  const { replays, replayed, unseen } = await progress.stage('histories', async (detail) =>
    replayAll(api, atHand, [...sampled(open, versions), ...(await lastEnded(api, endedPerRunbook))], detail),
  );
  return { version: atHand.version, replayed, contracts, waiting, replays, unseen };
}

async function contractBreaks(
  api: ApiClient,
  atHand: CheckProcess,
  { versions, open }: { versions: readonly VersionView[]; open: readonly OpenRunView[] },
): Promise<ContractBreak[]> {
  const found: ContractBreak[] = [];
  for (const { version, status, openRuns, keptAt } of versions) {
    if (keptAt === undefined || (openRuns === 0 && status !== 'current')) continue;
    const { changes } = await atHand.verdict('contracts', await api.versionContracts(version));
    const runs = open.filter((run) => run.pinned && run.version === version).map((run) => run.workflowId);
    found.push(...changes.map((change) => ({ version, ...change, runs })));
  }
  return found;
}

async function cannotBegin(api: ApiClient, atHand: CheckProcess) {
  const found: { workflowId: string; problem: string }[] = [];
  const { runs } = await api.runs({ status: 'received', limit: 500 });
  for (const { workflowId, runbook, input } of runs) {
    const { problem } = await atHand.verdict('waiting', { runbook, input });
    if (problem !== undefined) found.push({ workflowId, problem });
  }
  return found;
}

type Sampled = Omit<ReplayBreak, keyof Broken> & { readonly moves: boolean };

async function replayAll(api: ApiClient, atHand: CheckProcess, runs: readonly Sampled[], detail: Detail) {
  const replays: ReplayBreak[] = [];
  const unseen: Unseen[] = [];
  const replayed = { open: 0, ended: 0 };
  for (const [index, { moves, ...run }] of runs.entries()) {
    detail(`${index + 1} of ${runs.length}`);
    const { workflowId, type, state } = run;
    const history = await unlessUnknown(() => api.history(workflowId));
    if (history) {
      const { broken } = await atHand.verdict('history', { workflowId, history: history.history });
      replayed[state]++;
      if (broken) replays.push({ ...run, ...broken });
    } else if (state === 'open' && !(await unlessUnknown(() => api.run(workflowId))))
      unseen.push({ workflowId, type, moves });
  }
  return { replays, replayed, unseen };
}

/** Nothing for what Temporal has forgotten, as it does with what ended long ago, or the ledger never knew. */
async function unlessUnknown<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof ApiError && error.code === 'no-such-run') return undefined;
    throw error;
  }
}

function sampled(runs: readonly OpenRunView[], versions: readonly VersionView[]): Sampled[] {
  const kept = new Set(versions.flatMap(({ version, keptAt }) => (keptAt === undefined ? [] : [version])));
  return runs.map(({ workflowId, type, version = '', pinned }) => ({
    ...{ workflowId, type },
    state: 'open',
    pinned: pinned && kept.has(version),
    // One without a version is no run of this deployment: a worker of it has never had it.
    moves: !pinned && version !== '',
  }));
}

async function lastEnded(api: ApiClient, count: number): Promise<Sampled[]> {
  if (count === 0) return [];
  const { runbooks } = await api.runbooks();
  const lists = await Promise.all(
    runbooks.map(({ id }) => api.runs({ status: 'ended', runbook: id, limit: count })),
  );
  return lists.flatMap(({ runs }) =>
    runs.map(({ workflowId, runbook }) => ({
      ...{ workflowId, type: runbook, state: 'ended', pinned: true, moves: false },
    })),
  );
}

/** Whether runs are harmed; when strict, also whether a history does not replay that nobody needs replayed. */
export const breaks = (check: DeployCheck, { strict }: { strict: boolean }): boolean =>
  check.contracts.length > 0 ||
  check.waiting.length > 0 ||
  check.unseen.some(({ moves }) => moves) ||
  check.replays.some((run) => strict || !run.pinned);
