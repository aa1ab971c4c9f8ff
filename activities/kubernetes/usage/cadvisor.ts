/** What cAdvisor counts of one container's CPU limit, in the kubelet's `/metrics/cadvisor` (Prometheus text format). */
export interface Counted {
  readonly periods: number;
  readonly throttled: number;
  readonly throttledSeconds: number;
}

const SERIES = {
  container_cpu_cfs_periods_total: 'periods',
  container_cpu_cfs_throttled_periods_total: 'throttled',
  container_cpu_cfs_throttled_seconds_total: 'throttledSeconds',
} as const;
const LINE = /^(container_cpu_cfs_\w+)\{([^}]*)\}\s+(\S+)/gm;

/** By `namespace/pod/container`. A container without a CPU limit has no such series. */
export function countedOf(page: string): Map<string, Counted> {
  const found = new Map<string, Counted>();
  for (const [, series = '', labels = '', value = ''] of page.matchAll(LINE)) {
    const field = SERIES[series as keyof typeof SERIES];
    const { namespace, pod, container } = labelsOf(labels);
    const number = Number(value);
    if (!field || !container || !pod || !Number.isFinite(number)) continue;
    const key = `${namespace}/${pod}/${container}`;
    const counted = found.get(key) ?? { periods: 0, throttled: 0, throttledSeconds: 0 };
    found.set(key, { ...counted, [field]: number });
  }
  return found;
}

/** What was counted between two looks; a container that started anew in between counts from its start. */
export function between(before: Counted | undefined, after: Counted): Counted {
  if (!before || after.periods < before.periods) return after;
  return {
    periods: after.periods - before.periods,
    throttled: after.throttled - before.throttled,
    throttledSeconds: after.throttledSeconds - before.throttledSeconds,
  };
}

function labelsOf(text: string): { namespace?: string; pod?: string; container?: string } {
  const pairs = [...text.matchAll(/(\w+)="([^"]*)"/g)].map(
    ([, name = '', value = '']) => [name, value] as const,
  );
  return Object.fromEntries<string>(pairs);
}
