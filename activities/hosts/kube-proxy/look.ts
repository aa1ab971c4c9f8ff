/** One look at a node's service routing: what the decision needs, gathered. What cannot be seen is said, not thrown. */
import type { CallContext } from '../../kit/index.ts';
import { PROXY_MODES, type ProxyMode } from '../contract/kube-proxy-sync.ts';
import { connectFrom } from '../connect-from-host.ts';
import { quotable, type Answer } from '../program/answer.ts';
import { ask } from '../program/ask.ts';
import { askForStatus, serviceStatusOf } from '../service-status.ts';
import type { RoutedPort, ServiceRouting } from '../service-routing.ts';
import type { Ssh } from '../ssh/ssh.ts';
import { decideSync, type ProxyUnit, type Seen, type Unseen } from './decide-sync.ts';
import { lookAtRules } from './look-at-rules.ts';
import { parseMetrics, type ProxyMetrics } from './metrics.ts';
import { seen } from './seen.ts';

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
      : typeof cheap.mode === 'object'
        ? cheap.mode
        : await lookAtRules(
            ssh,
            { host, mode: cheap.mode, routing, earlier: earlier?.routing, service },
            context,
          );
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
  const pageOf = (name: string) =>
    seen(
      () =>
        ask(ssh, { host, words: ['kube-proxy', name], withinSeconds: 5, maxBytes: 8 * 1024 * 1024 }, context),
      `kube-proxy's ${name} page on ${host} was not read`,
    );
  const [status, page, modePage] = await Promise.all([
    seen(() => askForStatus(ssh, { host, unit }, context), `systemd on ${host} was not asked`),
    pageOf('metrics'),
    pageOf('proxyMode'),
  ]);
  const mode = modeOf(host, modePage);
  const metrics: ProxyMetrics | Unseen =
    'unseen' in page
      ? page
      : page.status === 0
        ? parseMetrics(page.lines.join('\n'))
        : {
            unseen: `kube-proxy on ${host} does not answer on its metrics port: ${quotable(page.stderr) || `exit ${page.status}`}`,
          };
  if ('unseen' in status) return { metrics, mode, unit: status, clockAheadMs: 0, hostTime: null };
  const { loadState, clockAheadMs, hostTime, mainStartedAt, mainPid, crashLooping, restarts, subState } =
    serviceStatusOf(unit, status);
  const proxy: ProxyUnit | null =
    loadState === 'not-found'
      ? null
      : { unit, mainStartedAt: mainPid === null ? null : mainStartedAt, crashLooping, restarts, subState };
  return { metrics, mode, unit: proxy, clockAheadMs, hostTime };
}

function modeOf(host: string, page: Answer | Unseen): ProxyMode | Unseen {
  if ('unseen' in page) return page;
  const said = page.status === 0 ? page.lines.join('').trim() : '';
  const mode = PROXY_MODES.find((known) => known === said);
  return (
    mode ?? {
      unseen: `kube-proxy on ${host} does not say in which mode it works: ${quotable(said) || 'no answer'}`,
    }
  );
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
