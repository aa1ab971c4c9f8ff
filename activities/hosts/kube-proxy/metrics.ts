/** kube-proxy's metrics (pkg/proxy/metrics, 1.28 to 1.34: with and without the label ip_family), as far as syncing goes. */
import { isMoment } from '../../kit/index.ts';

export interface ProxyMetrics {
  /** Seconds since 1970, to about a second: the kernel counts it from the boot. */
  readonly processStart: number | null;
  /** One entry a family that has queued a sync; the times are seconds since 1970, 0 for never. */
  readonly families: readonly {
    readonly family: string;
    readonly lastSync: number;
    readonly lastQueued: number;
  }[];
  readonly pending: { readonly endpoints: number | null; readonly services: number | null };
  /** Failed writes of rules since the process began, by iptables-restore (full and partial) or nft, all families. */
  readonly restoreFailures: number | null;
}

interface Sample {
  readonly labels: string;
  readonly value: number;
}

export function parseMetrics(text: string): ProxyMetrics {
  const samples = new Map<string, Sample[]>();
  for (const line of text.split('\n')) {
    const found = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/.exec(line);
    if (!found) continue;
    const [, name, labels = '', value] = found;
    samples.set(name!, [...(samples.get(name!) ?? []), { labels, value: Number(value) }]);
  }
  const of = (name: string) => samples.get(`kubeproxy_sync_proxy_rules_${name}`) ?? [];
  const sum = (name: string) => total(of(name));
  const lastSync = of('last_timestamp_seconds');
  const families = of('last_queued_timestamp_seconds')
    .filter(({ value }) => value !== 0)
    .map(({ labels, value }) => ({
      family: familyOf(labels),
      lastQueued: moment(value) ?? 0,
      // What is no time counts as never.
      lastSync:
        (moment(value) && moment(lastSync.find((s) => familyOf(s.labels) === familyOf(labels))?.value)) ?? 0,
    }));
  // With labels (1.33 and later) the counters are not there before the first failure.
  const failures = [
    ...of('iptables_restore_failures_total'),
    ...of('iptables_partial_restore_failures_total'),
    ...of('nftables_sync_failures_total'),
  ];
  return {
    processStart: moment(samples.get('process_start_time_seconds')?.[0]?.value),
    families,
    pending: { endpoints: sum('endpoint_changes_pending'), services: sum('service_changes_pending') },
    restoreFailures: families.length === 0 ? null : failures.length === 0 ? 0 : total(failures),
  };
}

const familyOf = (labels: string) => /ip_family="([^"]*)"/.exec(labels)?.[1] ?? 'IP';
const moment = (seconds: number | undefined) =>
  seconds !== undefined && isMoment(seconds * 1000) ? seconds : null;
const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null);

/** `null` without a sample, or with one that is no number. */
const total = (samples: readonly Sample[]): number | null =>
  samples.length === 0 ? null : finite(samples.reduce((sum, { value }) => sum + value, 0));
