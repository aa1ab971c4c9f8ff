/**
 * What of a namespace could be seen in an incident: for each workload its probes, limits, metrics, logs, the ids in them,
 * and traces. A table, with why next to each "no" and each "unknown". Nobody is called blind where the system that would
 * know could not be asked.
 */
import { z } from 'zod';
import { jaeger } from '../activities/jaeger/contract.ts';
import { kubernetes } from '../activities/kubernetes/contract.ts';
import { Namespace } from '../activities/kubernetes/contract/identity.ts';
import { loki } from '../activities/loki/contract.ts';
import { prometheus } from '../activities/prometheus/contract.ts';
import { defineRunbook, finding, handOver, note } from '../workflows/index.ts';
import {
  coverageTable,
  gapsOf,
  idsIn,
  limitsOf,
  logsOf,
  metricsOf,
  probesOf,
  tracesOf,
  workloadsOf,
  type Coverage,
} from './analysis/coverage.ts';
import { PLATFORM } from './platform-oncall.ts';

const CONTINUE = { onFailure: 'continue' } as const;
const MOST = 30;
/** Asked at once; each workload is six questions. */
const AT_ONCE = 5;
/** Pods of a workload whose logs and metrics are asked for by name: a query has room for these. */
const MOST_PODS = 10;

export default defineRunbook({
  id: 'coverage-audit',
  title: 'What of a namespace could be seen in an incident',
  owner: PLATFORM,
  description:
    'A table of a namespace: who has probes, limits, metrics, logs that come and are structured, request ids in them, and traces. Says why next to each gap. Changes nothing.',
  input: z.object({
    namespace: Namespace,
    /** The label that names a pod in the logs of Loki. */
    podLabel: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'write the name of a label')
      .default('pod'),
  }),
  correlationKey: ({ namespace }) => namespace,

  async run({ namespace, podLabel }) {
    const { pods, truncated } = await kubernetes.listPods({ namespace, limit: 1000 });
    const workloads = workloadsOf(pods);
    if (workloads.length === 0) return handOver(`No workload of ${namespace} has a pod to look at.`);
    const probes = await kubernetes.probes({ namespace }, CONTINUE);

    const audit = async ({ kind, name, pods: own }: (typeof workloads)[number]): Promise<Coverage> => {
      const names = own.slice(0, MOST_PODS).map((pod) => pod.replaceAll('.', String.raw`\.`));
      const pattern = JSON.stringify(names.join('|'));
      const [resources, series, lines, traces] = await Promise.all([
        kubernetes.workloadResources({ namespace, kind, name }, CONTINUE),
        prometheus.series(
          {
            match: `{namespace=${JSON.stringify(namespace)},pod=~${pattern},__name__!~"(container|kube|node)_.*|up|scrape_.*"}`,
          },
          CONTINUE,
        ),
        loki.query(
          {
            expr: `{$namespace=${JSON.stringify(namespace)},${podLabel}=~${pattern}}`,
            since: '1h',
            limit: 50,
          },
          CONTINUE,
        ),
        jaeger.slowest({ service: name, since: '1h', limit: 1 }, CONTINUE),
      ]);
      return {
        workload: `${kind}/${name}`,
        probes: probesOf(probes, own),
        limits: limitsOf(resources),
        metrics: metricsOf(series),
        ...logsOf(lines),
        ids: idsIn(lines),
        traces: tracesOf(traces),
      };
    };
    const rows: Coverage[] = [];
    const asked = workloads.slice(0, MOST);
    for (let i = 0; i < asked.length; i += AT_ONCE)
      rows.push(...(await Promise.all(asked.slice(i, i + AT_ONCE).map(audit))));

    const gaps = rows.flatMap(gapsOf);
    finding(`${gaps.length} gaps in ${rows.length} workloads of ${namespace}`, {
      evidence: coverageTable(rows),
    });
    if (gaps.length > 0) finding('What is missing', { evidence: gaps });
    if (truncated) note(truncated);
    if (workloads.length > MOST) note(`${workloads.length - MOST} more workloads were not looked at.`);
    return { workloads: rows.length, gaps };
  },
});
