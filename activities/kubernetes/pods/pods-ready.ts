import { implementRead, type Verdict } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { Pod } from '../contract/pods.ts';
import { truncation } from '../truncated.ts';
import { readPods } from './read-pods.ts';

const SHOWN = 20;
const READ = 2_000;

export const podsReady = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.podsReady, async (input, context) => {
    const { pods, more } = await readPods(
      api,
      { namespace: input.namespace, labelSelector: input.selector, atMost: READ },
      context,
    );
    const found = judgeReadiness(pods, { ...input, now: new Date() });
    const shown = Math.max(found.notReady.length, found.onExcludedNodes.length);
    return {
      ...found,
      ...(more && { verdict: 'unknown' as const, reason: `more than ${READ} pods match ${input.selector}` }),
      notReady: found.notReady.slice(0, SHOWN).map(brief),
      onExcludedNodes: found.onExcludedNodes.slice(0, SHOWN).map(brief),
      ...truncation({ kept: Math.min(shown, SHOWN), of: shown, what: 'pods' }),
    };
  });

interface Readiness extends Verdict {
  ready: number;
  total: number;
  terminating: number;
  notReady: Pod[];
  onExcludedNodes: Pod[];
}

/**
 * All of them, not most of them: one pod that is not healthy fails. Pods that are being deleted or have run to their
 * end serve nobody and are not counted; no pods at all is too few, never a pass.
 */
export function judgeReadiness(
  pods: readonly Pod[],
  rule: {
    readonly atLeast: number;
    readonly excludeNodes: readonly string[];
    readonly readyFor: number;
    readonly now: Date;
  },
): Readiness {
  const terminating = pods.filter((p) => p.condition === 'terminating').length;
  const counted = pods.filter((p) => p.condition !== 'terminating' && p.condition !== 'finished');
  const steady = (p: Pod) =>
    rule.readyFor === 0 ||
    (p.readySince !== undefined && rule.now.getTime() - Date.parse(p.readySince) >= rule.readyFor * 1_000);
  const notReady = counted.filter((p) => p.condition !== 'healthy' || !steady(p));
  const onExcludedNodes = counted.filter((p) => p.node !== null && rule.excludeNodes.includes(p.node));
  const ready = counted.length - notReady.length;
  const total = counted.length;
  const problems = [
    notReady[0] &&
      `${notReady.length} of ${total} pods are not ready (${notReady[0].name}: ${why(notReady[0])})`,
    total < rule.atLeast && `there are ${total} pods, ${rule.atLeast} are wanted at least`,
    onExcludedNodes[0] &&
      `${onExcludedNodes.length} pods are on an excluded node (${onExcludedNodes[0].name} on ${onExcludedNodes[0].node})`,
  ].filter((p) => typeof p === 'string');
  return {
    verdict: problems.length === 0 ? 'pass' : 'fail',
    reason: problems.join('; ') || `all ${total} pods are ready`,
    ready,
    total,
    terminating,
    notReady,
    onExcludedNodes,
  };

  function why(pod: Pod): string {
    return pod.condition === 'healthy' ? `ready for less than ${rule.readyFor} s` : pod.because;
  }
}

const brief = ({ name, uid, node, because }: Pod) => ({ name, uid, node, because });
