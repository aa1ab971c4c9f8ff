/** The steps of every system that the configuration names, with their clients. */
import { alertmanager as alertmanagerSteps } from '../activities/alertmanager/contract.ts';
import { createAlertmanagerSteps } from '../activities/alertmanager/steps.ts';
import { grafana as grafanaSteps } from '../activities/grafana/contract.ts';
import { createGrafanaSteps } from '../activities/grafana/steps.ts';
import { hosts as hostSteps } from '../activities/hosts/contract.ts';
import { splitTarget, type ImplementedStep } from '../activities/kit/index.ts';
import { kubernetes } from '../activities/kubernetes/contract.ts';
import { jaeger as traceContracts } from '../activities/jaeger/contract.ts';
import { createJaegerSteps } from '../activities/jaeger/steps.ts';
import { loki as lokiSteps } from '../activities/loki/contract.ts';
import { createLokiSteps } from '../activities/loki/steps.ts';
import { pagerduty as pagerDutySteps } from '../activities/pagerduty/contract.ts';
import { createPagerDutySteps } from '../activities/pagerduty/steps.ts';
import { prometheus as prometheusSteps } from '../activities/prometheus/contract.ts';
import { createPrometheusSteps } from '../activities/prometheus/steps.ts';
import { createTempoSteps } from '../activities/tempo/steps.ts';
import { tickets as ticketSteps } from '../activities/tickets/contract.ts';
import { createTicketSteps } from '../activities/tickets/steps.ts';
import { addressOf, type Config } from '../config/index.ts';
import type { ActivityDependencies } from './activities/dependencies.ts';
import { clusterCalled } from './clusters/cluster-called.ts';
import { connectCluster, type ConnectedCluster } from './clusters/connect-cluster.ts';
import { missingRightsOn } from './clusters/missing-rights-on.ts';
import { onTheirClusters } from './clusters/on-their-clusters.ts';
import type { WorkerRole } from './create-workers.ts';
import { notConfigured } from './not-configured.ts';

export interface ConfiguredSteps {
  readonly steps: readonly ImplementedStep[];
  /** The default first. */
  readonly clusters: readonly Pick<ConnectedCluster, 'name' | 'tidy'>[];
  readonly whoWrote: ActivityDependencies['whoWrote'];
  readonly missingRights: ActivityDependencies['missingRights'];
  /** Ends the clients' connections. */
  close: () => Promise<void>;
}

/** A worker that only runs runbooks and reads is given no changing credentials, and looks for none. */
export function configuredSteps(config: Config, role: WorkerRole = 'both'): ConfiguredSteps {
  const closing: (() => void | Promise<void>)[] = [];
  const clusters = config.clusters.map((one) => connectCluster(one, role, (close) => closing.push(close)));
  return {
    steps: [
      ...(clusters.length > 0
        ? onTheirClusters(clusters)
        : [...notConfigured(kubernetes, 'cluster'), ...notConfigured(hostSteps, 'cluster')]),
      ...observing(config),
      ...tickets(config),
    ],
    clusters,
    whoWrote:
      clusters.length === 0
        ? undefined
        : (text, since, context) => {
            const { cluster, target } = splitTarget(text);
            return clusterCalled(clusters, cluster).whoWrote(target, since, context);
          },
    missingRights: clusters.length === 0 ? undefined : missingRightsOn(clusters),
    close: async () => {
      for (const close of closing) await close();
    },
  };
}

function observing({
  prometheus,
  alertmanager,
  loki,
  traces,
  grafana,
  pagerduty,
}: Config): ImplementedStep[] {
  return [
    ...(prometheus
      ? createPrometheusSteps({
          url: prometheus.url,
          token: tokenOf(prometheus),
          questions: prometheus.questions,
          requests: { serviceLabel: prometheus.serviceLabel, window: prometheus.window },
        })
      : notConfigured(prometheusSteps, 'prometheus')),
    ...(alertmanager
      ? createAlertmanagerSteps({ url: alertmanager.url, token: tokenOf(alertmanager) })
      : notConfigured(alertmanagerSteps, 'alertmanager')),
    ...(loki ? createLokiSteps({ ...loki, token: tokenOf(loki) }) : notConfigured(lokiSteps, 'loki')),
    ...(traces ? traceSteps(traces) : notConfigured(traceContracts, 'traces')),
    ...(grafana
      ? createGrafanaSteps({ ...grafana, token: tokenOf(grafana) })
      : notConfigured(grafanaSteps, 'grafana')),
    ...(pagerduty
      ? createPagerDutySteps({ api: pagerduty.api, token: () => pagerduty.token.reveal() })
      : notConfigured(pagerDutySteps, 'pagerduty')),
  ];
}

function traceSteps({ kind, ...traces }: NonNullable<Config['traces']>): ImplementedStep[] {
  const options = { ...traces, token: tokenOf(traces) };
  return kind === 'tempo' ? createTempoSteps(options) : createJaegerSteps(options);
}

function tickets({ tickets: configured }: Config): ImplementedStep[] {
  if (!configured) return notConfigured(ticketSteps, 'tickets');
  const { folder, webhook, github, jira } = configured;
  return createTicketSteps({
    folder,
    webhook: webhook && { url: () => addressOf(webhook.url), secret: tokenOf({ token: webhook.secret }) },
    github: github && { ...github, token: () => github.token.reveal() },
    jira: jira && { ...jira, token: () => jira.token.reveal() },
  });
}

/** Read at each call: a rotated token counts at once. */
function tokenOf({
  token,
}: {
  readonly token?: { reveal(): string } | undefined;
}): (() => string) | undefined {
  return token && (() => token.reveal());
}
