/** The steps of every system that the configuration names, with their clients. */
import { hosts as hostSteps } from '../activities/hosts/contract.ts';
import { createSsh } from '../activities/hosts/ssh/ssh.ts';
import { createHostsSteps } from '../activities/hosts/steps.ts';
import type { ImplementedStep } from '../activities/kit/index.ts';
import { whoWrote } from '../activities/kubernetes/changes/who-wrote.ts';
import { createKubernetesClients } from '../activities/kubernetes/clients.ts';
import { kubernetes } from '../activities/kubernetes/contract.ts';
import { createMissingRights } from '../activities/kubernetes/rights/missing-rights.ts';
import { removeLeftProbes } from '../activities/kubernetes/probing/remove-probe-pod.ts';
import { createKubernetesSteps } from '../activities/kubernetes/steps.ts';
import { jaeger as jaegerSteps } from '../activities/jaeger/contract.ts';
import { createJaegerSteps } from '../activities/jaeger/steps.ts';
import { loki as lokiSteps } from '../activities/loki/contract.ts';
import { createLokiSteps } from '../activities/loki/steps.ts';
import { prometheus as prometheusSteps } from '../activities/prometheus/contract.ts';
import { createPrometheusSteps } from '../activities/prometheus/steps.ts';
import { tickets as ticketSteps } from '../activities/tickets/contract.ts';
import { createTicketSteps } from '../activities/tickets/steps.ts';
import type { Config } from '../config/index.ts';
import type { ActivityDependencies } from './activities/dependencies.ts';
import type { WorkerRole } from './create-workers.ts';
import { notConfigured } from './not-configured.ts';
import { serviceRoutingOf } from './service-routing.ts';

export interface ConfiguredSteps {
  readonly steps: readonly ImplementedStep[];
  /** Removes what a crash left behind of these operations: probe pods older than ten minutes. Answers what it removed. */
  readonly tidy: (operations: string) => Promise<readonly string[]>;
  readonly whoWrote: ActivityDependencies['whoWrote'];
  readonly missingRights: ActivityDependencies['missingRights'];
  /** Ends the clients' connections. */
  close: () => Promise<void>;
}

const SSH_CONNECT_TIMEOUT_MS = 5_000;
const LEFT_PROBE_MS = 10 * 60_000;
const TIDY_LIMIT_MS = 30_000;

/** A worker that only runs runbooks and reads is given no changing credentials, and looks for none. */
export function configuredSteps(config: Config, role: WorkerRole = 'both'): ConfiguredSteps {
  const steps: ImplementedStep[] = [];
  const closing: (() => void | Promise<void>)[] = [];
  let tidy: ConfiguredSteps['tidy'] = async () => [];
  let whoWroteThere: ConfiguredSteps['whoWrote'];
  let missingRights: ConfiguredSteps['missingRights'];
  const { cluster, hosts, jaeger, loki, prometheus, tickets } = config;
  if (!cluster) steps.push(...notConfigured(kubernetes, 'cluster'));
  if (!cluster || !hosts) steps.push(...notConfigured(hostSteps, cluster ? 'hosts' : 'cluster'));
  if (cluster) {
    const { probeNamespace, probeImage, debugImage, imagePullPolicy } = cluster;
    const client = (access: { kubeconfig: string; context?: string | undefined }) => {
      const made = createKubernetesClients({
        ...access,
        probeNamespace,
        probeImage,
        debugImage,
        imagePullPolicy,
      });
      closing.push(() => made.close());
      return made;
    };
    const read = client(cluster.read);
    const change = role === 'workflows' ? read : client(cluster.change);
    tidy = (operations) =>
      removeLeftProbes(
        change,
        { olderThanMs: LEFT_PROBE_MS, operations },
        { signal: AbortSignal.timeout(TIDY_LIMIT_MS), deadline: new Date(Date.now() + TIDY_LIMIT_MS) },
      );
    steps.push(...createKubernetesSteps({ read, change }));
    const lacking = { read: createMissingRights(read), change: createMissingRights(change) };
    missingRights = (effect, calls, context) => lacking[effect](calls, context);
    whoWroteThere = (target, since, context) => whoWrote(read.api, { target, since }, context);
    if (hosts) {
      const { read: reading, change: changing, ...shared } = hosts;
      const ssh = (access: typeof reading) => {
        const made = createSsh({
          ...shared,
          ...access,
          connectTimeoutMs: SSH_CONNECT_TIMEOUT_MS,
          environment: process.env,
        });
        closing.push(() => made.close());
        return made;
      };
      const readOver = ssh(reading);
      steps.push(
        ...createHostsSteps({
          ssh: { read: readOver, change: role === 'workflows' ? readOver : ssh(changing) },
          serviceRouting: serviceRoutingOf(read),
        }),
      );
    }
  }
  if (prometheus)
    steps.push(
      ...createPrometheusSteps({
        url: prometheus.url,
        token: tokenOf(prometheus),
        questions: prometheus.questions,
        requests: { serviceLabel: prometheus.serviceLabel, window: prometheus.window },
      }),
    );
  else steps.push(...notConfigured(prometheusSteps, 'prometheus'));
  if (loki) steps.push(...createLokiSteps({ ...loki, token: tokenOf(loki) }));
  else steps.push(...notConfigured(lokiSteps, 'loki'));
  if (jaeger) steps.push(...createJaegerSteps({ ...jaeger, token: tokenOf(jaeger) }));
  else steps.push(...notConfigured(jaegerSteps, 'jaeger'));
  if (!tickets) steps.push(...notConfigured(ticketSteps, 'tickets'));
  else {
    const { folder, webhook, github, jira } = tickets;
    steps.push(
      ...createTicketSteps({
        folder,
        webhook: webhook && { url: webhook.url, secret: webhook.secret?.reveal() },
        github: github && { ...github, token: () => github.token.reveal() },
        jira: jira && { ...jira, token: () => jira.token.reveal() },
      }),
    );
  }
  return {
    steps,
    tidy,
    whoWrote: whoWroteThere,
    missingRights,
    close: async () => {
      for (const close of closing) await close();
    },
  };
}

/** Read at each call: a rotated token counts at once. */
function tokenOf({
  token,
}: {
  readonly token?: { reveal(): string } | undefined;
}): (() => string) | undefined {
  return token && (() => token.reveal());
}
