/**
 * Which container runs out of memory, at which limit, and how much to give it. Only a kill at the container's own limit
 * is one that a higher limit helps against; one without a limit is the node's.
 */
import type { Container, Pod } from '../../activities/kubernetes/contract.ts';
import { mebibytes } from './memory-limit.ts';

const MiB = 1024 * 1024;
const STEP_BYTES = 32 * MiB;

/** A container of the workload that the kernel killed for its memory. */
export interface OomKilled {
  readonly container: string;
  readonly pods: readonly Pod[];
  /** Pods of the workload with this container that were not killed. */
  readonly spared: number;
  /** The longest life that ended so, in seconds; undefined when no end tells. */
  readonly lived: number | undefined;
}

/** The container that was killed in most pods, or none. */
export function oomKilled(pods: readonly Pod[]): OomKilled | undefined {
  const byContainer = new Map<string, Pod[]>();
  for (const pod of pods) {
    for (const { name } of pod.containers.filter(wasKilled)) {
      byContainer.set(name, [...(byContainer.get(name) ?? []), pod]);
    }
  }
  const [most] = [...byContainer].sort(([, a], [, b]) => b.length - a.length);
  if (!most) return undefined;
  const [container, killed] = most;
  const lives = killed.flatMap((p) => lifeOf(p.containers.find((c) => c.name === container)) ?? []);
  return {
    container,
    pods: killed,
    spared: pods.length - killed.length,
    lived: lives.length > 0 ? Math.max(...lives) : undefined,
  };
}

const wasKilled = (c: Container) => c.lastTermination?.reason === 'OOMKilled';

function lifeOf(container: Container | undefined): number | undefined {
  const { startedAt, finishedAt } = container?.lastTermination ?? {};
  if (!startedAt || !finishedAt) return undefined;
  return Math.max(0, Math.round((Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000));
}

/** Bytes of a manifest's quantity (`64Mi`, `1G`, `128974848`); undefined for one that is none. */
export function bytesOf(quantity: string | undefined): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(quantity ?? '');
  if (!match) return undefined;
  const [, digits, unit = ''] = match;
  const power = ['', 'k', 'm', 'g', 't'].indexOf((unit[0] ?? '').toLowerCase());
  return Number(digits) * (unit.endsWith('i') ? 1024 : 1000) ** power;
}

export interface NewLimit {
  readonly memory: string;
  /** The sums, for the person who approves. */
  readonly reasoning: string;
}

/**
 * Half as much again as what is known to be needed, twice the limit where only the kill itself is known: it needed more
 * than the limit, and nobody saw how much.
 */
export function newLimit(o: {
  readonly limitBytes: number;
  /** The highest use that was measured; undefined where nobody did. */
  readonly peakBytes: number | undefined;
}): NewLimit {
  const { limitBytes, peakBytes } = o;
  const measured = peakBytes !== undefined && peakBytes > limitBytes;
  const wanted = measured ? 1.5 * peakBytes : 2 * limitBytes;
  const memory = `${(Math.ceil(wanted / STEP_BYTES) * STEP_BYTES) / MiB}Mi`;
  const killed = `It was killed at its limit of ${mebibytes(limitBytes)}, so it needs more.`;
  if (measured) {
    return {
      memory,
      reasoning: `${killed} ${mebibytes(peakBytes)} were measured; half as much again is ${memory}.`,
    };
  }
  const seen =
    peakBytes === undefined
      ? 'Nobody measured how much'
      : `${mebibytes(peakBytes)} is the most that was measured before a kill, which says little of what it needs`;
  return { memory, reasoning: `${killed} ${seen}; twice the limit is ${memory}.` };
}
