import { z } from 'zod';
import { read, Verdict, type Rights } from '../../kit/index.ts';
import { HostName, ServiceName, Time, UnitName } from './names.ts';

/** What must all hold before a node's service routing counts as synced, in this order. */
export const SYNC_CONDITIONS = [
  'process-is-new-enough',
  'synced-since-start',
  'nothing-pending',
  'restores-succeed',
  'rules-match-services',
  'connects-to-a-service',
] as const;

/** How kube-proxy writes its rules. */
export const PROXY_MODES = ['iptables', 'nftables', 'ipvs'] as const;
export type ProxyMode = (typeof PROXY_MODES)[number];

const Condition = Verdict.extend({ condition: z.enum(SYNC_CONDITIONS) });

const Difference = z.object({
  /** `namespace/name:port`. */
  service: z.string(),
  clusterIP: z.string(),
  protocol: z.string(),
  port: z.number().int(),
  /** In the reader's words: no rule, or which endpoints are stale and which are missing. */
  difference: z.string(),
});
export type Difference = z.output<typeof Difference>;

export const SyncVerdict = Verdict.extend({
  host: z.string(),
  /** `null` where kube-proxy did not say, or works in none of these. */
  mode: z.enum(PROXY_MODES).nullable().default(null),
  conditions: z.array(Condition),
  /** Service ports that were compared with the rules, and how many differ. */
  compared: z.number().int(),
  differing: z.number().int(),
  /** The first ten that differ; a Service that the runbook named comes first. */
  differences: z.array(Difference),
  processStartedAt: Time.nullable(),
  lastSyncAt: Time.nullable(),
  hostTime: Time.nullable(),
});
export type SyncVerdict = z.output<typeof SyncVerdict>;

const SyncInput = z.object({
  host: HostName,
  /** The restart looked at, by the host's clock: `startedAt` of restartService. Without it, the process that runs now. */
  since: Time.optional(),
  /** The Service to connect to from the host; `default/kubernetes` when absent. */
  service: ServiceName.optional(),
  unit: UnitName.default('kube-proxy.service'),
});

/** What a node's rules are compared with. */
const ROUTING: readonly Rights[] = [
  { in: 'cluster', may: { services: ['list'], 'endpointslices.discovery.k8s.io': ['list'] } },
];

export const kubeProxySynced = read({
  description:
    "Has kube-proxy on this host really synced? Six conditions: the process, its last sync, nothing pending, no failed restores, every Service's rules as the API has them, and a connection through one.",
  as: 'curl 127.0.0.1:10249/metrics; iptables-save -t nat (nft -j list table ip kube-proxy, ipvsadm-save -n); nc -z CLUSTER_IP PORT',
  rights: ROUTING,
  input: SyncInput,
  output: SyncVerdict,
  timeout: '45s',
  summary: ({ host }) => `has kube-proxy on ${host} synced?`,
});

export const waitForKubeProxySync = read({
  description:
    'Looks until kube-proxy on this host has really synced; the last verdict when it has not in time.',
  as: 'watch the same',
  rights: ROUTING,
  input: SyncInput.extend({
    /** How long to look; the verdict of the last look is returned when it is over. */
    withinSeconds: z.number().int().min(1).max(570).default(300),
  }),
  output: SyncVerdict.extend({ looks: z.number().int(), waitedMs: z.number() }),
  timeout: '10 minutes',
  summary: ({ host }) => `wait until kube-proxy on ${host} has synced`,
});
