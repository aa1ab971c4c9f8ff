import { percent, prometheus } from '../../activities/prometheus/contract.ts';
import { finding } from '../../workflows/index.ts';

/** Fewer failures than this nobody calls an incident. */
const FELT = 0.01;

export interface Felt {
  /** The share of failed requests, where users feel it; undefined where they do not, or nobody can tell. */
  readonly ratio: number | undefined;
  /** One sentence for people. */
  readonly words: string;
}

/** Do the service's requests fail now? What is not asked, or not known, says so and is never taken for "no". */
export async function usersFeelIt(
  asked: { readonly service: string; readonly namespace: string } | undefined | '',
): Promise<Felt> {
  if (!asked)
    return { ratio: undefined, words: 'Whether users feel it was not asked: the run names no service.' };
  const rate = await prometheus.errorRate(asked);
  if (rate.state === 'unknown') {
    const words = `Whether users feel it is not known: ${rate.reason}.`;
    finding(words, { evidence: `asked: ${rate.query}` });
    return { ratio: undefined, words };
  }
  const words = `${percent(rate.ratio)} of ${Number(rate.totalPerSecond.toPrecision(3))} requests a second to ${asked.service} fail.`;
  finding(words, { evidence: `asked: ${rate.query}` });
  return { ratio: rate.ratio > FELT ? rate.ratio : undefined, words };
}
