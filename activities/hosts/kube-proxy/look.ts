/** One look at a node's service routing: what the decision needs, gathered. What cannot be seen is said, not thrown. */
import { isIPv6 } from 'node:net';
import { StepFailure, type CallContext } from '../../kit/index.ts';
import type { Difference } from '../contract/kube-proxy-sync.ts';
import { connectFrom } from '../connect-from-host.ts';
import { quotable } from '../program/answer.ts';
import { ask } from '../program/ask.ts';
import { askForStatus, serviceStatusOf } from '../service-status.ts';
import type { RoutedPort, ServiceRouting } from '../service-routing.ts';
import type { Ssh } from '../ssh/ssh.ts';
import { compareRules, type Compared } from './compare-rules.ts';
import { decideSync, type ProxyUnit, type Seen, type Unseen } from './decide-sync.ts';
import { parseMetrics, type ProxyMetrics } from './metrics.ts';
import { parseServiceRules } from './service-rules.ts';

export interface SyncQuestion {
  readonly host: string;
  readonly since?: string | undefined;
  readonly service?: string | undefined;
  readonly unit: string;
}

export interface Sources {
  readonly ssh: Ssh;
  readonly serviceRouting: () => Promise<ServiceRouting>;
}

/** What a look leaves to the next one of the same call. */
export interface Earlier {
  readonly failures: number | null;
  readonly routing: ServiceRouting | undefined;
}

const RULES_BYTES = 64 * 1024 * 1024;
const NOT_TRIED = { unseen: 'no connection was tried, because the rest does not hold yet' };

type Decided = ReturnType<typeof decideSync>;

export async function lookAtSync(
  { ssh, serviceRouting }: Sources,
  question: SyncQuestion,
  { context, earlier }: { readonly context: CallContext; readonly earlier?: Earlier | undefined },
): Promise<{ readonly decided: Decided; readonly earlier: Earlier }> {
  const { host, since, service } = question;
  const cheap = await lookAtProcess(ssh, question, context);
  const failures = 'unseen' in cheap.metrics ? null : cheap.metrics.restoreFailures;
  const base: Seen = {
    host,
    since,
    ...cheap,
    earlierFailures: earlier?.failures ?? null,
    rules: { unseen: 'the rules were not read, because kube-proxy itself has not synced' },
    connection: NOT_TRIED,
  };
  const process = decideSync(base);
  // Reading all rules costs the node the more, the more Services there are: only once the process says that it is done.
  if (process.conditions.some(({ verdict }) => verdict === 'fail'))
    return { decided: process, earlier: { failures, routing: earlier?.routing } };

  const routing = await seen(serviceRouting, 'the API server did not say which Services there are');
  const rules =
    'unseen' in routing
      ? routing
      : await lookAtRules(ssh, { host, routing, earlier: earlier?.routing, service }, context);
  const left = { failures, routing: 'unseen' in routing ? undefined : routing };
  const compared: Seen = { ...base, rules };
  const agree = !('unseen' in rules) && rules.compared > 0 && rules.differences.length === 0;
  if (!agree || 'unseen' in routing) return { decided: decideSync(compared), earlier: left };

  const door = chooseDoor(routing, service);
  const connection =
    'unseen' in door
      ? door
      : await seen(
          () =>
            connectFrom(ssh, { host, address: door.clusterIP, port: door.port, withinSeconds: 3 }, context),
          `${host} did not try a connection`,
        );
  return { decided: decideSync({ ...compared, connection }), earlier: left };
}

/** The cheap half: the unit and its metrics, which cost the node next to nothing. */
async function lookAtProcess(ssh: Ssh, { host, unit }: SyncQuestion, context: CallContext) {
  const [status, page] = await Promise.all([
    seen(() => askForStatus(ssh, { host, unit }, context), `systemd on ${host} was not asked`),
    seen(
      () =>
        ask(
          ssh,
          { host, words: ['kube-proxy', 'metrics'], withinSeconds: 5, maxBytes: 8 * 1024 * 1024 },
          context,
        ),
      `kube-proxy's metrics on ${host} were not read`,
    ),
  ]);
  const metrics: ProxyMetrics | Unseen =
    'unseen' in page
      ? page
      : page.status === 0
        ? parseMetrics(page.lines.join('\n'))
        : {
            unseen: `kube-proxy on ${host} does not answer on its metrics port: ${quotable(page.stderr) || `exit ${page.status}`}`,
          };
  if ('unseen' in status) return { metrics, unit: status, clockAheadMs: 0, hostTime: null };
  const { loadState, clockAheadMs, hostTime, mainStartedAt, mainPid, crashLooping, restarts, subState } =
    serviceStatusOf(unit, status);
  const proxy: ProxyUnit | null =
    loadState === 'not-found'
      ? null
      : { unit, mainStartedAt: mainPid === null ? null : mainStartedAt, crashLooping, restarts, subState };
  return { metrics, unit: proxy, clockAheadMs, hostTime };
}

interface RulesQuestion {
  readonly host: string;
  readonly routing: ServiceRouting;
  readonly earlier: ServiceRouting | undefined;
  /** Its difference comes first. */
  readonly service: string | undefined;
}

async function lookAtRules(
  ssh: Ssh,
  { host, routing, earlier, service }: RulesQuestion,
  context: CallContext,
): Promise<Compared | Unseen> {
  const programs = routing.some(({ clusterIPs }) => clusterIPs.some((address) => isIPv6(address)))
    ? ['iptables', 'ip6tables']
    : ['iptables'];
  const tables = await seen(
    () =>
      Promise.all(
        programs.map((program) =>
          ask(ssh, { host, words: [program, 'nat'], withinSeconds: 15, maxBytes: RULES_BYTES }, context),
        ),
      ),
    `the rules of ${host} were not read`,
  );
  if ('unseen' in tables) return tables;
  const broken = tables.find(({ status }) => status !== 0);
  if (broken)
    return {
      unseen: `iptables-save on ${host} failed: ${quotable(broken.stderr) || `exit ${broken.status}`}`,
    };
  const parsed = tables.map(({ lines }) => parseServiceRules(lines.join('\n')));
  if (!parsed.some(({ hasServiceChain }) => hasServiceChain)) {
    return {
      unseen: `${host} has no chain KUBE-SERVICES: its kube-proxy works in another mode than iptables, whose rules cannot be compared`,
    };
  }
  const { compared, differences } = compareRules({
    node: host,
    rules: parsed.flatMap(({ rules }) => rules),
    routing,
    ...(earlier && { earlier }),
  });
  const isNamed = (difference: Difference) => difference.service.replace(/:.*/, '') === service;
  return {
    compared,
    differences: [...differences.filter(isNamed), ...differences.filter((d) => !isNamed(d))],
  };
}

interface Door {
  readonly clusterIP: string;
  readonly port: number;
}

/** The Service to knock at: the one that was named, else the API server's own, else any that is TCP and has an endpoint. */
function chooseDoor(routing: ServiceRouting, service: string | undefined): Door | Unseen {
  const doors = routing.filter(({ protocol, endpoints }) => protocol === 'TCP' && endpoints.length > 0);
  const doorOf = (found: RoutedPort | undefined): Door | undefined => {
    const clusterIP = found?.clusterIPs[0];
    return found && clusterIP ? { clusterIP, port: found.port } : undefined;
  };
  const named = (name: string) => doorOf(doors.find((port) => `${port.namespace}/${port.service}` === name));
  if (service !== undefined) {
    return (
      named(service) ?? {
        unseen: `${service} has no TCP port with a cluster IP and a ready endpoint to connect to`,
      }
    );
  }
  return (
    named('default/kubernetes') ??
    doorOf(doors[0]) ?? { unseen: 'no Service has a TCP port with a ready endpoint to connect to' }
  );
}

/** What a host or the API did not tell, as words. A wrong host key, key or configuration is no such thing and thrown. */
async function seen<T extends object>(get: () => Promise<T>, otherwise: string): Promise<T | Unseen> {
  try {
    return await get();
  } catch (error) {
    if (error instanceof StepFailure && error.kind !== 'retryable') throw error;
    return { unseen: `${otherwise}: ${quotable(error instanceof Error ? error.message : String(error))}` };
  }
}
