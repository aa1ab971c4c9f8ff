import { sleep } from '@temporalio/workflow';
import { milliseconds } from '../activities/kit/index.ts';
import type { Attempted } from './attempt.ts';
import { run } from './current-run.ts';

const FIRST_PAUSE = '1s';
const LONGEST_PAUSE = '30s';

/**
 * Attempts a change, and while another run or a disruption budget is in its way waits and tries again, until the grant
 * expires: then what is left is asked again. The wait is in the story, can be cancelled, and `nightshift runs` says for
 * whom.
 */
export async function attemptInTurn(attempt: () => Promise<Attempted>): Promise<Attempted> {
  let tried = await attempt();
  if (tried.state !== 'must-wait') return tried;
  const wait = run.journal.begin({ kind: 'wait', name: 'its turn', text: tried.message }, 'waiting');
  try {
    for (let pause = milliseconds(FIRST_PAUSE); tried.state === 'must-wait'; pause *= 2) {
      await sleep(Math.min(pause, milliseconds(LONGEST_PAUSE)));
      tried = await attempt();
    }
  } catch (error) {
    wait.end('skipped');
    throw error;
  }
  wait.end('ok');
  return tried;
}
