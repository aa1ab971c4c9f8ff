/**
 * Is a container throttled, and how much CPU to give it? What it uses says little: it cannot use more than its limit. What
 * it wants shows in how often the kernel had to stop it, and an average well below the limit hides bursts.
 */
import type { Verdict } from '../../activities/kit/index.ts';

/** One container of one pod, as prometheus.containerCpu measures it. */
export interface CpuSample {
  readonly pod: string;
  readonly container: string;
  /** Share of the periods in which it was throttled. */
  readonly throttled: number;
  /** Cores in use; null where not known. */
  readonly cores: number | null;
}

/** Above this share of periods users feel it: what the kubernetes-mixin's CPUThrottlingHigh alerts at. */
const FELT = 0.25;
/** Below this share it is over. */
const CALM = 0.1;
const STEP_MILLIS = 50;

export interface Throttled {
  readonly container: string;
  /** Its pods that are throttled, worst first. */
  readonly pods: readonly CpuSample[];
  /** Its pods that are not. */
  readonly spared: number;
  /** The worst pod's share. */
  readonly worst: number;
  /** The highest use of any of its pods. */
  readonly cores: number | null;
}

/** The container that is throttled in most pods (in the worst one where that ties), or none. */
export function mostThrottled(samples: readonly CpuSample[]): Throttled | undefined {
  const names = [...new Set(samples.filter((s) => s.throttled > FELT).map((s) => s.container))];
  const [most] = names
    .map((container): Throttled => {
      const own = samples.filter((s) => s.container === container);
      const pods = own.filter((s) => s.throttled > FELT).sort((a, b) => b.throttled - a.throttled);
      const known = own.flatMap((s) => s.cores ?? []);
      return {
        container,
        pods,
        spared: own.length - pods.length,
        worst: pods[0]!.throttled,
        cores: known.length > 0 ? Math.max(...known) : null,
      };
    })
    .sort((a, b) => b.pods.length - a.pods.length || b.worst - a.worst);
  return most;
}

/** Thousandths of a core of a manifest's quantity (`500m`, `2`, `0.5`); undefined for one that is none. */
export function millisOf(quantity: string | undefined): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(m)?$/.exec(quantity ?? '');
  return match ? Math.round(Number(match[1]) * (match[2] ? 1 : 1_000)) : undefined;
}

export interface NewCpuLimit {
  /** As a manifest has it; `null`: no limit, because no node has so much. */
  readonly cpu: string | null;
  /** The sums, for the person who approves. */
  readonly reasoning: string;
}

/**
 * What it would use if it were never stopped, a quarter on top; no less than twice and no more than four times the limit:
 * twice because an average hides the bursts, four times because beyond that it is rather a loop than a need.
 */
export function newCpuLimit(o: {
  readonly limitMillis: number;
  readonly throttled: number;
  readonly cores: number | null;
  /** What a node has for pods: a limit at or above it is none. */
  readonly nodeMillis: number;
}): NewCpuLimit {
  const { limitMillis, throttled, cores, nodeMillis } = o;
  const usedMillis = cores === null ? limitMillis : cores * 1_000;
  const wanted = (1.25 * usedMillis) / Math.max(1 - throttled, 0.01);
  const bounded = Math.min(Math.max(wanted, 2 * limitMillis), 4 * limitMillis);
  const millis = Math.ceil(bounded / STEP_MILLIS) * STEP_MILLIS;
  const used =
    cores === null
      ? `How much it used of its ${limitMillis}m was not measured.`
      : `It used ${Math.round(usedMillis)}m of its ${limitMillis}m on average${
          usedMillis < limitMillis / 2
            ? ': it needs its CPU in bursts, which an average hides'
            : ', and could not use more'
        }.`;
  const stopped = `The kernel stopped it in ${share(throttled)} of its periods.`;
  if (millis >= nodeMillis) {
    return {
      cpu: null,
      reasoning: `${used} ${stopped} It would need ${millis}m, and its node has ${nodeMillis}m for all pods: without a limit its request still keeps its share for the others.`,
    };
  }
  return {
    cpu: millis % 1_000 === 0 ? String(millis / 1_000) : `${millis}m`,
    reasoning: `${used} ${stopped} What it would use unstopped, with a quarter on top and kept between twice and four times the limit, is ${millis}m.`,
  };
}

/** Is the container no longer throttled, in every one of these pods? One that nobody has measured yet is unknown. */
export function throttlingFell(
  samples: readonly CpuSample[],
  { container, pods }: { readonly container: string; readonly pods: readonly string[] },
): Verdict {
  const own = new Map(samples.filter((s) => s.container === container).map((s) => [s.pod, s.throttled]));
  const unmeasured = pods.filter((p) => !own.has(p));
  if (pods.length === 0) return { verdict: 'unknown', reason: 'there is no pod to look at' };
  if (unmeasured.length > 0) {
    return {
      verdict: 'unknown',
      reason: `${unmeasured.length} of ${pods.length} pods were not measured yet (${unmeasured[0]})`,
    };
  }
  const worst = Math.max(...pods.map((p) => own.get(p)!));
  return {
    verdict: worst < CALM ? 'pass' : 'fail',
    reason: `${container} is throttled in ${share(worst)} of its periods at most; ${share(CALM)} is the limit`,
  };
}

/** A share as people read it: `37 %`. */
export const share = (ratio: number): string => `${Math.round(ratio * 100)} %`;
