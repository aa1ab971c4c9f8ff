import { alerts } from '../../../activities/alerts/contract.ts';
import { jaeger } from '../../../activities/jaeger/contract.ts';
import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import { loki } from '../../../activities/loki/contract.ts';
import { prometheus } from '../../../activities/prometheus/contract.ts';
import errorRateTriage from '../../../runbooks/error-rate-triage.ts';
import type { Scenario } from '../../../testing/index.ts';
import { pod } from '../pod.ts';
import { patternsSay, serviceNamed } from '../triage.ts';

const scenario: Scenario = async (stage) => {
  const nobody = { state: 'unknown', why: 'empty', reason: 'nobody measures it', query: 'q' } as const;
  const untraced = { state: 'unknown', why: 'empty', reason: 'no trace' } as const;
  stage
    .answer(alerts.history, { state: 'unknown', why: 'never-received', reason: 'none came' })
    .answer(prometheus.errorRate, nobody)
    .answer(prometheus.latencyQuantile, nobody)
    .answer(prometheus.saturation, nobody)
    .answer(kubernetes.endpointsOf, ({ namespace, service }) => ({
      service: serviceNamed(namespace, service),
      selector: 'app=shop',
      ready: 1,
      endpoints: [],
      mismatches: [],
    }))
    .answer(kubernetes.listPods, { pods: [pod('a')] })
    .answer(kubernetes.whatChanged, (_, { ago }) => ({
      from: ago(1_800),
      until: ago(0),
      changes: [],
      notSeen: [],
    }))
    .answer(loki.fresh, { verdict: 'pass', reason: 'heard', namespaces: [] })
    .answer(loki.patterns, ({ unexpected }) => patternsSay(unexpected, () => 0))
    .answer(jaeger.errorsBy, untraced)
    .answer(jaeger.slowest, untraced);
  const run = await stage.run(errorRateTriage, { namespace: 'shop', service: 'shop' });
  run.ended('handed-over').changedNothing().askedNobody();
};
export default scenario;
