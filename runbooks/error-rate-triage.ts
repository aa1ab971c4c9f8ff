/**
 * The first ten minutes of any alert that says requests fail: how often it came before, what users feel beside yesterday,
 * which pods are sick and what they share, what changed, what the logs and the traces say. Reads only. Where the signs of another runbook are
 * there, that one is started with its input; else a person gets everything that was found, and what could not be seen.
 */
import { z } from 'zod';
import { Name, Namespace, Selector } from '../activities/kubernetes/contract/identity.ts';
import { defineRunbook, finding, handOver, note, onAlert } from '../workflows/index.ts';
import { fittingRunbook } from './analysis/fitting-runbook.ts';
import { lookAtAlerts } from './error-rate-triage/look-at-alerts.ts';
import { lookAtCluster } from './error-rate-triage/look-at-cluster.ts';
import { lookAtLogs } from './error-rate-triage/look-at-logs.ts';
import { lookAtSidecar } from './error-rate-triage/look-at-sidecar.ts';
import { lookAtTraces } from './error-rate-triage/look-at-traces.ts';
import { lookAtUsers } from './error-rate-triage/look-at-users.ts';
import { startRunbook } from './error-rate-triage/start-runbook.ts';
import { PLATFORM } from './platform-oncall.ts';

export default defineRunbook({
  id: 'error-rate-triage',
  title: 'Requests to a service fail',
  owner: PLATFORM,
  description:
    'The first ten minutes of any alert that says requests fail: its history, users, pods, changes, logs and traces, beside what is usual. Starts the runbook whose signs are there; hands over with everything it found where none fits. Changes nothing itself.',
  input: z.object({
    namespace: Namespace,
    /** The Service whose requests fail; its name is the `service` label of the request metric too. */
    service: Name,
    /** Its pods, where the Service itself does not say. */
    selector: Selector.optional(),
    /** How far back to look for changes, logs and traces. */
    minutes: z.number().int().min(5).max(240).default(30),
  }),
  triggers: [
    onAlert(
      {
        alertname:
          /^(Http|HTTP|Ingress|Service|Istio|Nginx)?(High)?(5xx|ErrorBudgetBurn|RequestErrors?|RequestsFailing)\w*$/,
      },
      ({ labels }) => ({ namespace: labels.namespace ?? '', service: labels.service ?? '' }),
    ),
  ],
  correlationKey: ({ namespace, service }) => `${namespace}/${service}`,
  onRepeat: 'join',
  whenAlertResolves: 'finish',

  async run({ namespace, service, selector, minutes }) {
    const place = { namespace, service, minutes };
    const alerts = await lookAtAlerts(place);
    const users = await lookAtUsers(place);
    const cluster = await lookAtCluster({ ...place, selector });
    const logs = await lookAtLogs({ ...place, pods: cluster.pods });
    const traces = await lookAtTraces(place);
    const proxy = await lookAtSidecar({ pods: cluster.pods, minutes });
    const notSeen = [alerts, users, cluster, logs, traces, proxy].flatMap((look) => look.notSeen);
    if (notSeen.length > 0) finding(`${notSeen.length} questions have no answer`, { evidence: notSeen });

    const fit = fittingRunbook({
      pods: cluster.pods,
      ready: cluster.ready,
      nodesNotReady: cluster.nodesNotReady,
      said: logs.said,
      pool: users.pool,
      sidecar: proxy.sidecar,
      slowIn: users.slower ? traces.mostIn : undefined,
    });
    const found = [users, cluster, logs, traces, proxy, alerts].flatMap((look) => look.words || []);
    if (!fit) {
      return handOver(
        `Requests to ${namespace}/${service} fail or failed, and no runbook fits: ${found.join(' ')}`,
        { found, notSeen },
      );
    }
    finding(`The signs of ${fit.runbook} are there: ${fit.because}`, { evidence: found });
    note(`${fit.runbook} goes on from here.`);
    const { run, outcome } = await startRunbook(fit, { namespace, service, selector });
    const facts = { run, found, notSeen };
    return outcome === 'completed'
      ? { runbook: fit.runbook, ...facts }
      : handOver(
          `${fit.runbook} was started because ${fit.because}, and ended as ${outcome} (run ${run}).`,
          facts,
        );
  },
});
