/**
 * kube-proxy's rules in `nft -j list table ip kube-proxy` (pkg/proxy/nftables/proxier.go, 1.29 to 1.34): the map
 * service-ips leads from a cluster IP to a service's chain, that to endpoints' chains, and those to an address.
 */
import { z } from 'zod';
import { parseJson } from '../../kit/index.ts';
import { normalAddress, socketAddress, type ServiceRules } from './service-rules.ts';

const Ruleset = z.object({
  nftables: z.array(
    z.object({
      map: z.object({ name: z.string(), elem: z.array(z.unknown()).optional() }).optional(),
      rule: z.object({ chain: z.string(), expr: z.array(z.unknown()) }).optional(),
    }),
  ),
});

const Key = z.object({ concat: z.tuple([z.string(), z.enum(['tcp', 'udp', 'sctp']), z.number()]) });
/** `[{ concat: [address, protocol, port] }, { goto: { target: chain } }]`; a key with a comment or a counter is in an `elem` (libnftables-json(5)). */
const Element = z.tuple([
  z.union([Key, z.object({ elem: z.object({ val: Key }) }).transform(({ elem }) => elem.val)]),
  z.object({ goto: z.object({ target: z.string() }) }),
]);
const Dnat = z.object({ dnat: z.object({ addr: z.string(), port: z.number() }) });

/** Chains of external IPs, load balancers and node ports (`external-…`) are not cluster IPs and left out. */
const OF_CLUSTER_IP = /^(?:service|local)-[A-Z0-9]+-([^/]+)\/([^/]+)\/[^/]+\/(.*)$/;

/** Of one family; `undefined` for what is no such listing. */
export function parseNftRules(json: string): ServiceRules | undefined {
  const ruleset = parsed(json);
  if (!ruleset) return undefined;
  const endpoints = new Map<string, Set<string>>();
  const destinations = new Map<string, string>();
  for (const { rule } of ruleset.nftables) {
    if (!rule) continue;
    const into = endpoints.get(rule.chain) ?? new Set<string>();
    for (const target of targetsIn(rule.expr)) if (target.startsWith('endpoint-')) into.add(target);
    endpoints.set(rule.chain, into);
    for (const expression of rule.expr) {
      const { success, data } = Dnat.safeParse(expression);
      if (success) destinations.set(rule.chain, socketAddress(data.dnat.addr, data.dnat.port));
    }
  }
  const services = ruleset.nftables.find(({ map }) => map?.name === 'service-ips')?.map;
  const rules = (services?.elem ?? []).flatMap((element) => {
    const { success, data } = Element.safeParse(element);
    if (!success) return [];
    const [{ concat }, { goto }] = data;
    const chain = OF_CLUSTER_IP.exec(goto.target);
    if (!chain) return [];
    const [, namespace, service, portName] = chain;
    const to = [...(endpoints.get(goto.target) ?? [])].flatMap((name) => destinations.get(name) ?? []);
    return [
      {
        name: `${namespace}/${service}${portName ? `:${portName}` : ''}`,
        clusterIP: normalAddress(concat[0]),
        protocol: concat[1].toUpperCase() as Uppercase<(typeof concat)[1]>,
        port: concat[2],
        endpoints: [...new Set(to)].sort(),
      },
    ];
  });
  return { hasServiceChain: services !== undefined, rules };
}

function parsed(json: string): z.output<typeof Ruleset> | undefined {
  try {
    return Ruleset.safeParse(parseJson(json)).data;
  } catch {
    return undefined;
  }
}

/** Every chain that an expression goes to, however deep: a verdict map holds one for each endpoint. */
function targetsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(targetsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    (key === 'goto' || key === 'jump') && isTarget(inner) ? [inner.target] : targetsIn(inner),
  );
}

const isTarget = (value: unknown): value is { target: string } =>
  typeof value === 'object' && value !== null && 'target' in value && typeof value.target === 'string';
