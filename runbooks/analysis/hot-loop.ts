import type { Pod } from '../../activities/kubernetes/contract.ts';

interface Place {
  readonly function: string;
  readonly at: string;
  readonly share: number;
}

/** Where the program goes round: the last of its own functions that most of the time goes through, with what is below. */
export function hotFunction({
  hotPath,
  ownCode,
  top,
}: {
  readonly hotPath: readonly (Place & { readonly own: boolean })[];
  readonly ownCode: readonly Place[];
  readonly top: readonly Place[];
}): Place | undefined {
  return hotPath.findLast(({ own, function: name }) => own && name !== '<module>') ?? ownCode[0] ?? top[0];
}

export interface Busy {
  /** The busiest first. */
  readonly busy: readonly { readonly pod: Pod; readonly millis: number }[];
  readonly calm: readonly Pod[];
}

/** A pod that uses half of what the busiest does, and a tenth of a core, is busy too. */
const ALIKE = 0.5;
const LEAST_MILLIS = 100;

interface Usage {
  readonly name: string;
  readonly uid: string;
  readonly containers: readonly { readonly cpuMillis: number | null }[];
}

/** Which of the pods are busy; undefined where nobody measured one of them. */
export function busyPods(pods: readonly Pod[], usage: readonly Usage[]): Busy | undefined {
  const measured = pods.map((pod) => ({ pod, millis: millisOf(pod, usage) }));
  const known = measured.flatMap(({ pod, millis }) => (millis === undefined ? [] : [{ pod, millis }]));
  if (known.length === 0 || known.length < measured.length) return undefined;
  known.sort((a, b) => b.millis - a.millis);
  const least = Math.max(LEAST_MILLIS, known[0]!.millis * ALIKE);
  return {
    busy: known.filter(({ millis }) => millis >= least),
    calm: known.filter(({ millis }) => millis < least).map(({ pod }) => pod),
  };
}

/** Why it is not known which pods are busy, without what is said of pods of other workloads. */
export function whyUnmeasured(
  pods: readonly Pod[],
  usage: { readonly pods: readonly Usage[]; readonly unknown: readonly string[] },
): string {
  const others = usage.pods.filter(({ uid }) => !pods.some((pod) => pod.uid === uid));
  const said = usage.unknown.filter((why) => !others.some(({ name }) => why.startsWith(`${name}: `)));
  if (said.length > 0) return said.join('; ');
  const without = pods.filter((pod) => millisOf(pod, usage.pods) === undefined).map(({ name }) => name);
  return without.length > 0 ? `the CPU of ${without.join(', ')} is not measured yet` : 'no pod runs';
}

/** Of all its containers, in thousandths of a core; undefined where one of them is not measured. */
function millisOf({ uid }: Pod, usage: readonly Usage[]): number | undefined {
  const containers = usage.find((u) => u.uid === uid)?.containers ?? [];
  let sum = 0;
  for (const { cpuMillis } of containers) {
    if (cpuMillis === null) return undefined;
    sum += cpuMillis;
  }
  return containers.length > 0 ? sum : undefined;
}
