/** A node's rules for Services, read in the mode that its kube-proxy works in, and compared with the API. */
import { isIPv6 } from 'node:net';
import type { CallContext } from '../../kit/index.ts';
import type { Difference, ProxyMode } from '../contract/kube-proxy-sync.ts';
import { quotable } from '../program/answer.ts';
import { ask } from '../program/ask.ts';
import type { ServiceRouting } from '../service-routing.ts';
import type { Ssh } from '../ssh/ssh.ts';
import { compareRules, type Compared } from './compare-rules.ts';
import type { Unseen } from './decide-sync.ts';
import { parseIpvsRules } from './ipvs-rules.ts';
import { parseNftRules } from './nft-rules.ts';
import { seen } from './seen.ts';
import { normalAddress, notShown, parseServiceRules, type ServiceRules } from './service-rules.ts';

const RULES_BYTES = 64 * 1024 * 1024;

export interface RulesQuestion {
  readonly host: string;
  readonly mode: ProxyMode;
  readonly routing: ServiceRouting;
  readonly earlier: ServiceRouting | undefined;
  /** Its difference comes first. */
  readonly service: string | undefined;
}

/** How the rules of one mode are read: what is asked for each family, and what it means. */
interface Reading {
  readonly program: string;
  readonly words: readonly (readonly string[])[];
  readonly parse: (text: string) => ServiceRules | undefined;
}

export async function lookAtRules(
  ssh: Ssh,
  { host, mode, routing, earlier, service }: RulesQuestion,
  context: CallContext,
): Promise<Compared | Unseen> {
  const { program, words, parse } = readingOf(mode, routing);
  const tables = await seen(
    () =>
      Promise.all(
        words.map((verb) =>
          ask(ssh, { host, words: verb, withinSeconds: 15, maxBytes: RULES_BYTES }, context),
        ),
      ),
    `the rules of ${host} were not read`,
  );
  if ('unseen' in tables) return tables;
  const broken = tables.find(({ status }) => status !== 0);
  if (broken)
    return { unseen: `${program} on ${host} failed: ${quotable(broken.stderr) || `exit ${broken.status}`}` };
  const parsed = tables.map(({ lines }) => parse(lines.join('\n')));
  if (!parsed.some((rules) => rules?.hasServiceChain)) {
    return {
      unseen: `${program} on ${host} shows no rules of a kube-proxy, which says that it works in ${mode} mode`,
    };
  }
  const undecoded = parsed.reduce((sum, rules) => sum + (rules?.undecoded ?? 0), 0);
  if (undecoded > 0) return { unseen: notShown(host, undecoded) };
  const { compared, differences } = compareRules({
    node: host,
    rules: parsed.flatMap((rules) => rules?.rules ?? []),
    routing,
    ...(earlier && { earlier }),
  });
  const isNamed = (difference: Difference) => difference.service.replace(/:.*/, '') === service;
  return {
    compared,
    differences: [...differences.filter(isNamed), ...differences.filter((d) => !isNamed(d))],
  };
}

function readingOf(mode: ProxyMode, routing: ServiceRouting): Reading {
  const addresses = routing.flatMap(({ clusterIPs }) => clusterIPs);
  const both = addresses.some((address) => isIPv6(address));
  switch (mode) {
    case 'iptables':
      return {
        program: 'iptables-save',
        words: [['iptables', 'nat'], ...(both ? [['ip6tables', 'nat']] : [])],
        parse: parseServiceRules,
      };
    case 'nftables':
      return {
        program: 'nft',
        words: [['nft', 'ip'], ...(both ? [['nft', 'ip6']] : [])],
        parse: parseNftRules,
      };
    case 'ipvs': {
      const clusterIPs = new Set(addresses.map(normalAddress));
      return {
        program: 'ipvsadm-save',
        words: [['ipvs']],
        parse: (text) => parseIpvsRules(text, { clusterIPs }),
      };
    }
  }
}
