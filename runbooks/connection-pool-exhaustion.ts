/**
 * Requests wait for a connection to the database and give up. How full each pod's pool is, and whether anything ever comes
 * back to it, tells a leak from a pool that is too small; what the goroutines of a pod do tells who has the connections.
 * A release that brought it is rolled back; lost connections are got back by new pods.
 */
import { z } from 'zod';
import { kubernetes } from '../activities/kubernetes/contract.ts';
import { Name, Namespace } from '../activities/kubernetes/contract/identity.ts';
import { prometheus } from '../activities/prometheus/contract.ts';
import { defineRunbook, finding, handOver, onAlert } from '../workflows/index.ts';
import { fullestOf, isFull, poolHolder, poolInWords } from './analysis/pool-holder.ts';
import { podsOf } from './analysis/pods-of.ts';
import { freeConnections } from './connection-pool-exhaustion/free-connections.ts';
import { whatItDoes } from './connection-pool-exhaustion/what-it-does.ts';
import { usersFeelIt } from './cpu-throttling/users-feel-it.ts';
import { PLATFORM, Patience, RateWindow } from './platform-oncall.ts';
import { youngRelease } from './young-release.ts';

export default defineRunbook({
  id: 'connection-pool-exhaustion',
  title: 'A service has no connection to its database left',
  owner: PLATFORM,
  description:
    'Says how full the connection pool of each pod is and who has its connections: requests in turn, a function that keeps them, or nobody, because they were lost. Rolls back a release of the last hour that brought it, replaces a pod that lost its own or restarts them all in turn, and hands over with the function where it is the code.',
  input: z.object({
    namespace: Namespace,
    deployment: Name,
    /** As Prometheus has it; the Deployment's name when left out. */
    service: Name.optional(),
    /** Where net/http/pprof listens, in a Go service. */
    pprofPort: z.number().int().min(1).max(65_535).default(6060),
    /** How long connections must not have come back to count as kept. */
    window: RateWindow,
    withinSeconds: Patience,
  }),
  triggers: [
    onAlert(
      { alertname: /^(ConnectionPool|DatabasePool|HikariPool|DbPool)(Exhausted|Saturated|Full)\w*$/ },
      ({ labels }) => ({
        namespace: labels.namespace ?? '',
        deployment: labels.deployment ?? labels.workload ?? labels.service ?? '',
        ...(labels.service && { service: labels.service }),
      }),
    ),
  ],
  correlationKey: ({ namespace, deployment }) => `${namespace}/${deployment}`,
  onRepeat: 'join',
  whenAlertResolves: 'stop-before-first-change',

  async run({ namespace, deployment, service = deployment, pprofPort, window, withinSeconds }) {
    const workload = { namespace, kind: 'Deployment' as const, name: deployment };
    const asked = { service, namespace, window };
    const [{ pods: all }, pools, felt] = await Promise.all([
      kubernetes.listPods({ namespace, limit: 1000 }),
      prometheus.connectionPools(asked),
      usersFeelIt({ service, namespace }),
    ]);
    if (pools.state === 'unknown')
      return handOver(
        `${felt.words} How full the connection pool of ${service} is, is not known: ${pools.reason}. By hand: the connections in pg_stat_activity, by application_name and client_addr.`,
      );
    const pods = podsOf(all, workload).filter((p) => p.condition !== 'terminating');
    const own = pools.pods.filter(({ pod }) => pods.some((p) => p.name === pod));
    const full = own.filter(isFull);
    const seen = own.map(poolInWords);
    const fullest = fullestOf(full);
    finding(`The connection pools of ${full.length} of ${own.length} pods of ${deployment} are full`, {
      evidence: [...seen, `asked: ${pools.query} (${pools.exporter})`],
    });
    if (own.length === 0)
      return handOver(
        `${felt.words} No pod of Deployment ${namespace}/${deployment} is among those whose pools are measured: ${pools.pods.map(({ pod }) => pod).join(', ')}.`,
      );
    if (!fullest)
      return {
        over: true,
        found: `No connection pool of ${deployment} is full: ${own.map(poolInWords)[0]}. ${felt.words}`,
      };

    const pod = pods.find((p) => p.name === fullest.pod)!;
    const holder = poolHolder(fullest, await whatItDoes(pod, { port: pprofPort, all: pods.length }));
    finding(`Who has the connections: ${holder.words}`, { evidence: full.map(poolInWords) });
    const release = await youngRelease({ namespace, deployment });
    if (release) finding(release.words, { evidence: release.changed });
    return freeConnections({
      ...{ workload, pods, full, holder, release, service, window, withinSeconds },
      ...{ query: pools.query, words: `${felt.words} ${holder.words}.`, seen },
    });
  },
});
