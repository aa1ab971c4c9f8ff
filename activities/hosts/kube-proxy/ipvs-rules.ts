/** kube-proxy's virtual servers in `ipvsadm-save -n` (pkg/proxy/ipvs/proxier.go). They carry no Service names. */
import type { ServiceRule } from '../contract/iptables-rules.ts';
import { normalAddress, socketAddress, type ServiceRules } from './service-rules.ts';

const PROTOCOLS = { t: 'TCP', u: 'UDP' } as const;

export interface IpvsQuestion {
  /** IPVS also has node ports and external addresses, and does not say which is which: only these addresses are taken. */
  readonly clusterIPs: ReadonlySet<string>;
}

/**
 * `-A -t 10.96.0.1:443 -s rr` is a virtual server, `-a -t 10.96.0.1:443 -r 10.99.0.1:6443 -m -w 1` one of its endpoints;
 * weight 0 gets no new connections. SCTP (`--sctp-service`) is written in full.
 */
export function parseIpvsRules(saved: string, { clusterIPs }: IpvsQuestion): ServiceRules {
  const rules = new Map<string, ServiceRule & { endpoints: string[] }>();
  for (const line of saved.split('\n')) {
    const found = /^-(A|a) (-t|-u|--sctp-service) (\S+):(\d+)(?: -r (\S+):(\d+))?(.*)$/.exec(line);
    if (!found) continue;
    const [, verb, kind, address, port, endpoint, endpointPort, options] = found;
    const clusterIP = normalAddress(bare(address!));
    if (!clusterIPs.has(clusterIP)) continue;
    const protocol = kind === '-t' || kind === '-u' ? PROTOCOLS[kind === '-t' ? 't' : 'u'] : 'SCTP';
    const key = `${clusterIP} ${protocol} ${port}`;
    if (verb === 'A') {
      rules.set(key, {
        name: socketAddress(clusterIP, Number(port)),
        clusterIP,
        protocol,
        port: Number(port),
        endpoints: [],
      });
    } else if (endpoint !== undefined && !/ -w 0(?: |$)/.test(options!)) {
      rules.get(key)?.endpoints.push(socketAddress(bare(endpoint), Number(endpointPort)));
    }
  }
  for (const { endpoints } of rules.values()) endpoints.sort();
  // A virtual server without endpoints is as good as none.
  return {
    hasServiceChain: rules.size > 0,
    rules: [...rules.values()].filter(({ endpoints }) => endpoints.length > 0),
  };
}

const bare = (address: string) => address.replace(/^\[(.*)\]$/, '$1');
