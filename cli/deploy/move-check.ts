import type { ApiClient } from '../../gateway/api-client.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import type { CheckProcess } from './check-process.ts';

/**
 * Runs can be moved to the current version only where it can tell their histories again; one that could not would stand
 * still for ever. Only the code can say, so it has to be at hand. Throws a CliFailure that names what does not fit.
 */
export async function refuseUnlessAllReplay(
  api: Pick<ApiClient, 'versions' | 'history'>,
  atHand: CheckProcess,
  workflowIds: readonly string[],
): Promise<void> {
  const { versions } = await api.versions();
  const current = versions.find(({ status }) => status === 'current')?.version;
  if (current !== atHand.version)
    throw new CliFailure(
      EXIT.refused,
      `whether these runs can be moved is checked with the code of the current version ${current ?? '(there is none)'}, and this checkout would be ${atHand.version}`,
      { next: 'check out the code that was deployed last, and try again there' },
    );
  const broken: string[] = [];
  for (const workflowId of workflowIds) {
    const { history } = await api.history(workflowId);
    const verdict = await atHand.verdict('history', { workflowId, history });
    if (verdict.broken) broken.push(`${workflowId} (${verdict.broken.why})`);
  }
  if (broken.length > 0)
    throw new CliFailure(
      EXIT.deployBreaksRuns,
      `version ${current} cannot go on with: ${broken.join('; ')}. Nothing was moved`,
      { next: 'cancel or stop them: --runs cancel, --runs stop' },
    );
}
