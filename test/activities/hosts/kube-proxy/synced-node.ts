/** A node that has synced, from samples, and the routing that its rules agree with. */
import { decideSync, type Seen } from '../../../../activities/hosts/kube-proxy/decide-sync.ts';
import { compareRules } from '../../../../activities/hosts/kube-proxy/compare-rules.ts';
import { parseMetrics } from '../../../../activities/hosts/kube-proxy/metrics.ts';
import { parseServiceRules } from '../../../../activities/hosts/kube-proxy/service-rules.ts';
import { serviceStatusOf } from '../../../../activities/hosts/service-status.ts';
import type { RoutedPort, ServiceRouting } from '../../../../activities/hosts/service-routing.ts';
import { answerOf, sampleText } from '../sample.ts';

export const natText = sampleText('iptables-nat.txt');
export const metricsText = sampleText('metrics-1.34.txt');
export const statusText = sampleText('status-running.txt');

/** The API's side of the sample's rules. */
export const routing: ServiceRouting = parseServiceRules(natText).rules.map(
  ({ name, clusterIP, protocol, port, endpoints }): RoutedPort => {
    const [, namespace, service, portName] = /^(.*)\/(.*):(.*)$/.exec(name)!;
    return {
      namespace: namespace!,
      service: service!,
      portName: portName!,
      protocol,
      port,
      clusterIPs: [clusterIP],
      internalTrafficPolicy: 'Cluster',
      hints: false,
      endpoints: endpoints.map((text) => ({
        address: text.split(':')[0]!,
        port: Number(text.split(':')[1]),
        node: 'node-worker-2',
      })),
    };
  },
);

export interface Texts {
  readonly metrics?: string;
  readonly nat?: string;
  readonly status?: string;
  readonly routing?: ServiceRouting;
  readonly earlier?: ServiceRouting;
}

/** The decision over texts, everything else as on a node that has synced. */
export function decided(texts: Texts = {}, seen: Partial<Seen> = {}) {
  const status = serviceStatusOf('kube-proxy.service', answerOf(texts.status ?? statusText));
  return decideSync({
    host: 'node-worker-3',
    hostTime: status.hostTime,
    clockAheadMs: 0,
    unit: { ...status, mainStartedAt: status.mainPid === null ? null : status.mainStartedAt },
    mode: 'iptables',
    metrics: parseMetrics(texts.metrics ?? metricsText),
    rules: compareRules({
      node: 'node-worker-3',
      rules: parseServiceRules(texts.nat ?? natText).rules,
      routing: texts.routing ?? routing,
      ...(texts.earlier && { earlier: texts.earlier }),
    }),
    connection: { verdict: 'pass', reason: 'node-worker-3 connects' },
    ...seen,
  });
}
