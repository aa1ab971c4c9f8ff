import { jaeger } from '../../../activities/jaeger/contract.ts';
import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import { loki } from '../../../activities/loki/contract.ts';
import { prometheus } from '../../../activities/prometheus/contract.ts';
import coverageAudit from '../../../runbooks/coverage-audit.ts';
import { fails, type Scenario } from '../../../testing/index.ts';
import { pod } from '../pod.ts';

const scenario: Scenario = async (stage) => {
  stage
    .answer(kubernetes.listPods, { pods: [pod('a')] })
    .answer(kubernetes.probes, {
      pods: [
        {
          name: 'a',
          uid: 'uid-a',
          node: 'worker-1',
          ready: true,
          containers: [{ container: 'main', ready: true, started: true, restarts: 0, probes: [] }],
        },
      ],
    })
    .answer(kubernetes.workloadResources, {
      found: true,
      replicas: 1,
      containers: [{ name: 'main', kind: 'main', image: 'shop:1', requests: {}, limits: { memory: '1Gi' } }],
    })
    // Names of pods, whole: what begins like them is somebody else's.
    .answer(prometheus.series, ({ match }) => ({
      state: 'known',
      series: [],
      found: match.includes('pod=~"a",') ? 12 : 0,
    }))
    .answer(loki.query, ({ expr }, { ago }) => ({
      state: 'known',
      from: ago(3_600),
      to: ago(0),
      lines: expr.endsWith(',pod=~"a"}')
        ? [{ at: ago(9), nanoseconds: '1', labels: { pod: 'a' }, text: 'paid' }]
        : [],
      truncated: false,
    }))
    .answer(jaeger.slowest, fails('invalid', 'this deployment has no `jaeger`'));
  const run = await stage.run(coverageAudit, { namespace: 'shop' });
  run
    .ended('completed')
    .returned({
      workloads: 1,
      gaps: [
        'Deployment/shop: probes: main without a readiness probe',
        'Deployment/shop: structured: 1 of 1 lines are plain text',
        'Deployment/shop: ids: none of 1 lines names a request or a trace',
      ],
    })
    .changedNothing()
    .askedNobody();
};
export default scenario;
