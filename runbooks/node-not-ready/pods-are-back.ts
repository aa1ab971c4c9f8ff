import type { Verdict } from '../../activities/kit/index.ts';
import { kubernetes } from '../../activities/kubernetes/contract.ts';

const ENDED = /^(Completed|Terminating|Error|Evicted|Succeeded)/;

/** Are the pods that are on the node ready again? Those that have ended or are being deleted do not count. */
export async function podsAreBack(node: string): Promise<Verdict> {
  const { pods } = await kubernetes.describeNode({ node });
  const there = pods.filter((p) => !ENDED.test(p.status));
  const not = there.filter((p) => !p.ready);
  return not.length === 0
    ? { verdict: 'pass', reason: `all ${there.length} are ready` }
    : {
        verdict: 'fail',
        reason: `${not.length} of ${there.length} are not: ${not
          .slice(0, 5)
          .map((p) => `${p.namespace}/${p.name} (${p.status})`)
          .join(', ')}`,
      };
}
