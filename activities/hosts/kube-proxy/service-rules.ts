/** kube-proxy's rules in `iptables-save` output (pkg/proxy/iptables/proxier.go): where a node sends each cluster IP. */
import { isIPv6 } from 'node:net';
import type { ServiceRule } from '../contract/iptables-rules.ts';

export interface ServiceRules {
  /** False where there is no chain KUBE-SERVICES: no kube-proxy in iptables mode has synced here. */
  readonly hasServiceChain: boolean;
  readonly rules: readonly ServiceRule[];
  /** How many endpoints are there and not shown; absent where all are. See `notShown`. */
  readonly undecoded?: number;
}

/**
 * An iptables that is older than the one that wrote a rule prints "[unsupported revision]" in place of where it leads:
 * that of the host beside a newer kube-proxy image. Such rules are no rules without endpoints.
 */
export const notShown = (host: string, undecoded: number): string =>
  `iptables-save on ${host} is older than the iptables that wrote the rules, and does not show where ${undecoded} of them lead ("[unsupported revision]")`;

const UNDECODED = /^-A KUBE-SEP-\S+ .*-j DNAT \[unsupported revision\]/;

/** From the nat table, IPv4 or IPv6. Rules for external IPs, load balancers and node ports are not cluster IPs and left out. */
export function parseServiceRules(nat: string): ServiceRules {
  const lines = nat.split('\n');
  const jumps = new Map<string, string[]>();
  const destinations = new Map<string, string>();
  for (const line of lines) {
    const chain = /^-A (KUBE-(?:SVC|SVL|SEP)-\S+) /.exec(line)?.[1];
    if (!chain) continue;
    const endpoint = / -j (KUBE-SEP-\S+)$/.exec(line)?.[1];
    if (endpoint) jumps.set(chain, [...(jumps.get(chain) ?? []), endpoint]);
    const destination = / --to-destination (\S+)/.exec(line)?.[1];
    if (destination) destinations.set(chain, destination);
  }
  const rules = lines.flatMap((line) => {
    const entry = parseEntry(line);
    if (!entry || !/^KUBE-SV[CL]-/.test(entry.jump)) return [];
    const endpoints = new Set(
      (jumps.get(entry.jump) ?? []).flatMap((chain) => destinations.get(chain) ?? []),
    );
    const { name, clusterIP, protocol, port } = entry;
    return [{ name, clusterIP, protocol, port, endpoints: [...endpoints].sort() }];
  });
  const undecoded = lines.filter((line) => UNDECODED.test(line)).length;
  return {
    hasServiceChain: lines.some((line) => line.startsWith(':KUBE-SERVICES ')),
    rules,
    ...(undecoded > 0 && { undecoded }),
  };
}

/** The names of Service ports that the filter table rejects because they have no endpoint. */
export const parseRejections = (filter: string): string[] =>
  filter.split('\n').flatMap((line) => {
    const entry = parseEntry(line);
    return entry?.jump === 'REJECT' ? [entry.name] : [];
  });

interface Entry extends Omit<ServiceRule, 'endpoints'> {
  readonly jump: string;
}

/** `-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "default/kubernetes:https cluster IP" -m tcp --dport 443 -j KUBE-SVC-NPX46M4PTMTKRN6Y` */
function parseEntry(line: string): Entry | undefined {
  const found =
    /^-A KUBE-SERVICES -d ([0-9a-fA-F.:]+)\/(?:32|128) (?:.* )?-p (tcp|udp|sctp) .*--dport (\d+) (?:.* )?-j (\S+)/.exec(
      line,
    );
  if (!found) return undefined;
  const comment = /--comment (?:"([^"]*)"|(\S+))/.exec(line);
  return {
    name: (comment?.[1] ?? comment?.[2] ?? '').split(' ')[0]!,
    clusterIP: normalAddress(found[1]!),
    protocol: found[2]!.toUpperCase() as Entry['protocol'],
    port: Number(found[3]),
    jump: found[4]!,
  };
}

/** One spelling for each address: IPv6 has many. */
export function normalAddress(address: string): string {
  return isIPv6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

/** `address:port` as the rules write it. */
export const socketAddress = (address: string, port: number): string =>
  isIPv6(address) ? `[${normalAddress(address)}]:${port}` : `${address}:${port}`;
