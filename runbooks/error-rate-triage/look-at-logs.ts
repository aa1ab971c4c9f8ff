import type { Pod } from '../../activities/kubernetes/contract.ts';
import { loki } from '../../activities/loki/contract.ts';
import { finding } from '../../workflows/index.ts';
import { SAID, type Said } from '../analysis/fitting-runbook.ts';
import { seen, type Look, type Place } from './look.ts';
import { ownLogsSay } from './own-logs-say.ts';

const CONTINUE = { onFailure: 'continue' } as const;

/** What failing services write, in any language. */
export const TROUBLE = {
  refused: '(?i)connection (refused|reset)|ECONNREFUSED|ECONNRESET',
  timeout: '(?i)(timed? ?out|deadline exceeded|ETIMEDOUT)',
  names: SAID.names,
  pool: '(?i)(pool|connections?).{0,40}(exhausted|timeout|too many)|too many (clients|connections)',
  memory: '(?i)out of ?memory|heap space|cannot allocate memory',
  disk: '(?i)no space left on device',
  tls: '(?i)certificate (has expired|is not yet valid|verify failed)|x509:',
  denied: '(?i)permission denied|access denied|unauthorized',
  crash: '(?i)\\b(panic|fatal|unhandled|segmentation fault)\\b',
} as const;

/**
 * Whether the namespace's logs come at all, and which kinds of trouble they tell. `said` is only what the service's own pods
 * wrote: a neighbour's trouble is not the service's.
 */
export async function lookAtLogs({
  namespace,
  minutes,
  pods,
}: Place & { readonly pods: readonly Pod[] | undefined }): Promise<
  Look & { readonly said: readonly Said[] }
> {
  const notSeen: string[] = [];
  const kinds = Object.keys(TROUBLE) as (keyof typeof TROUBLE)[];
  const [fresh, patterns] = await Promise.all([
    loki.fresh({ namespaces: [namespace] }, CONTINUE).then((a) => seen('the logs', a, notSeen)),
    loki
      .patterns(
        {
          expr: `{$namespace=${JSON.stringify(namespace)}}`,
          since: `${minutes}m`,
          unexpected: kinds.map((kind) => TROUBLE[kind]),
          samples: 1,
        },
        CONTINUE,
      )
      .then((a) => seen('patterns in the logs', a, notSeen)),
  ]);
  if (fresh && fresh.verdict !== 'pass') notSeen.push(`newer logs: ${fresh.reason}`);
  if (patterns?.verdict === 'unknown') notSeen.push(`patterns in the logs: ${patterns.reason}`);
  if (!patterns || patterns.verdict === 'unknown')
    return { words: 'What the logs say is not known.', notSeen, said: [] };
  const found = patterns.unexpected
    .map(({ count, samples }, i) => ({ kind: kinds[i]!, count, sample: samples[0]?.text }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  const words =
    found.length === 0
      ? `Nothing that looks like trouble in ${patterns.lines} lines of the namespace.`
      : `Logs of the namespace: ${found.map(({ kind, count }) => `${kind} ${count} times`).join(', ')}, in ${patterns.lines} lines.`;
  finding(words, {
    evidence: found.map(({ kind, sample }) => `${kind}: ${sample ?? 'no line is left to show'}`),
  });
  if (!found.some(({ kind }) => kind === 'names')) return { words, notSeen, said: [] };
  const own = await ownLogsSay('names', { pods, minutes, notSeen });
  return own
    ? { words, notSeen, said: ['names'] }
    : { words: `${words} Its own pods were not seen to write of names.`, notSeen, said: [] };
}
