/** A node's rules against what the API has: which Service ports differ, and how. */
import { isIPv6 } from 'node:net';
import type { ServiceRule } from '../contract/iptables-rules.ts';
import type { Difference } from '../contract/kube-proxy-sync.ts';
import type { RoutedPort, ServiceRouting } from '../service-routing.ts';
import { normalAddress, socketAddress } from './service-rules.ts';

export interface Compared {
  readonly compared: number;
  readonly differences: readonly Difference[];
}

export interface RulesAndRouting {
  /** Kubernetes' name of the node whose rules these are. */
  readonly node: string;
  readonly rules: readonly ServiceRule[];
  readonly routing: ServiceRouting;
  /**
   * The API a moment (one look) earlier: a port whose rules are still those of that moment is in flight, not different.
   * Without it a Service whose endpoints come and go would never agree.
   */
  readonly earlier?: ServiceRouting;
}

export function compareRules({ node, rules, routing, earlier }: RulesAndRouting): Compared {
  const present = new Map(rules.map((rule) => [keyOf(rule), rule]));
  const wanted = wantedPorts(routing);
  const before = earlier && wantedPorts(earlier);
  const differences: Difference[] = [];
  for (const [key, port] of wanted) {
    const rule = present.get(key);
    const difference = differenceOf(port, rule, node);
    if (!difference || (before && agreedBefore(before.get(key), rule, node))) continue;
    differences.push({ ...identity(port), service: nameOf(port), difference });
  }
  for (const [key, rule] of present) {
    if (wanted.has(key) || before?.has(key)) continue;
    differences.push({
      ...identity(rule),
      service: rule.name,
      difference: `the node still routes it to ${listed(rule.endpoints)}, and the API has no such Service port`,
    });
  }
  return { compared: wanted.size, differences };
}

/** One cluster IP of a Service port, with the endpoints of its family. */
interface WantedPort extends Omit<RoutedPort, 'clusterIPs'> {
  readonly clusterIP: string;
}

function wantedPorts(routing: ServiceRouting): Map<string, WantedPort> {
  const wanted = routing.flatMap(({ clusterIPs, ...port }) =>
    clusterIPs.map((clusterIP) => ({
      ...port,
      clusterIP,
      endpoints: port.endpoints.filter(({ address }) => isIPv6(address) === isIPv6(clusterIP)),
    })),
  );
  return new Map(wanted.map((port) => [keyOf(port), port]));
}

/** The rules are still those of the earlier look: the port as it was then, or none for one that was not there. */
const agreedBefore = (then: WantedPort | undefined, rule: ServiceRule | undefined, node: string): boolean =>
  then ? differenceOf(then, rule, node) === undefined : rule === undefined;

function differenceOf(port: WantedPort, rule: ServiceRule | undefined, node: string): string | undefined {
  const wanted = usableEndpoints(port, node);
  const present = rule?.endpoints ?? [];
  if (wanted.length === 0) {
    return present.length === 0
      ? undefined
      : `the node still routes it to ${listed(present)}, and it has no endpoint that is ready`;
  }
  if (!rule) return `the node has no rule for it; it should go to ${listed(wanted)}`;
  const stale = present.filter((endpoint) => !wanted.includes(endpoint));
  const missing = wanted.filter((endpoint) => !present.includes(endpoint));
  const allMayBeLeftOut = port.hints && present.length > 0;
  if (stale.length === 0 && (missing.length === 0 || allMayBeLeftOut)) return undefined;
  return [
    stale.length > 0 && `the node routes it to ${listed(stale)}, which the API does not list`,
    missing.length > 0 && !allMayBeLeftOut && `the node does not route it to ${listed(missing)}`,
  ]
    .filter(Boolean)
    .join('; ');
}

/** All of them, or the node's own under a local policy. */
function usableEndpoints({ endpoints, internalTrafficPolicy }: WantedPort, node: string): string[] {
  const used = endpoints.filter((endpoint) => internalTrafficPolicy === 'Cluster' || endpoint.node === node);
  return [...new Set(used.map(({ address, port }) => socketAddress(address, port)))].sort();
}

const nameOf = ({ namespace, service, portName }: WantedPort) =>
  `${namespace}/${service}${portName ? `:${portName}` : ''}`;
const keyOf = ({ clusterIP, protocol, port }: Pick<WantedPort, 'clusterIP' | 'protocol' | 'port'>) =>
  `${normalAddress(clusterIP)} ${protocol} ${port}`;
const identity = ({ clusterIP, protocol, port }: Pick<WantedPort, 'clusterIP' | 'protocol' | 'port'>) => ({
  clusterIP,
  protocol,
  port,
});
const listed = (endpoints: readonly string[]) =>
  endpoints.length === 0
    ? 'nowhere'
    : endpoints.slice(0, 3).join(', ') + (endpoints.length > 3 ? ` and ${endpoints.length - 3} more` : '');
