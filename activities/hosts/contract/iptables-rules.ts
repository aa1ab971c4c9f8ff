import { z } from 'zod';
import { read } from '../../kit/index.ts';
import { HostName, Port, ServiceName } from './names.ts';

const Protocol = z.enum(['TCP', 'UDP', 'SCTP']);

/** One entry of the nat chain KUBE-SERVICES: where this host sends what goes to a cluster IP. */
export const ServiceRule = z.object({
  /** `namespace/name:port`, from the rule's comment. */
  name: z.string(),
  clusterIP: z.string(),
  protocol: Protocol,
  port: Port,
  /** `address:port` (`[address]:port` for IPv6), sorted. */
  endpoints: z.array(z.string()),
});
export type ServiceRule = z.output<typeof ServiceRule>;

export const IptablesRules = z.object({
  host: z.string(),
  /** False where kube-proxy has written no rules, or works in another mode. */
  hasServiceChain: z.boolean(),
  /** Entries of KUBE-SERVICES for cluster IPs, and those that reject because there is no endpoint. */
  total: z.number().int(),
  rejecting: z.number().int(),
  services: z.array(ServiceRule),
  /** True when more entries matched than `limit`. */
  truncated: z.boolean(),
});

export const iptablesRules = read({
  description: 'Where this host routes Services: the KUBE-SERVICES entries and their endpoints.',
  as: 'iptables-save -t nat',
  input: z.object({
    host: HostName,
    /** Only this Service's entries. */
    service: ServiceName.optional(),
    limit: z.number().int().min(1).max(500).default(50),
  }),
  output: IptablesRules,
  timeout: '20s',
  summary: ({ host, service }) => `service rules on ${host}${service ? ` for ${service}` : ''}`,
});
