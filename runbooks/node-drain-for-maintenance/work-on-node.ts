import { hold } from '../../workflows/index.ts';
import { PLATFORM } from '../platform-oncall.ts';
import type { Maintenance } from './maintenance.ts';

/** The node is empty: people (or their machines) work on it, and say when they are done. Silence is not "done". */
export async function workOnNode(
  { reason }: Maintenance,
  { node, left }: { node: string; left: number },
): Promise<'done' | 'stop'> {
  const options: Record<string, string> = {
    done: 'the work is done: put the node back and go on',
    ...(left > 0 && { stop: `put the node back and leave the other ${left} alone` }),
  };
  for (;;) {
    const answer = await hold(`${node} is empty and cordoned: ${reason}`, {
      body: `Do the work on ${node} now. It takes no pods until somebody answers here, and it is put back only when it is Ready. After a day the approval to put it back is over, and \`kubectl uncordon ${node}\` is yours to type.`,
      options,
      from: PLATFORM,
    });
    if (answer === 'done' || answer === 'stop') return answer;
  }
}
