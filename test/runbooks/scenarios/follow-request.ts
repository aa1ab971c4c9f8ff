import { jaeger } from '../../../activities/jaeger/contract.ts';
import { loki } from '../../../activities/loki/contract.ts';
import { prometheus } from '../../../activities/prometheus/contract.ts';
import followRequest from '../../../runbooks/follow-request.ts';
import type { Scenario } from '../../../testing/index.ts';

const ID = '5b8efff798038103d269b633813fc60c';

const scenario: Scenario = async (stage) => {
  const api = { service: 'api', operation: 'POST /pay' };
  const cache = { service: 'cache', operation: 'GET' };
  /** When the cache logged something, in seconds before now. */
  let lastHeard = 5;
  stage
    .answer(loki.byRequestId, ({ requestId }, { ago }) => ({
      state: 'known',
      from: ago(3_600),
      to: ago(0),
      lines: [{ at: ago(60), nanoseconds: '1', labels: { app: 'api' }, text: `${requestId} trace_id=${ID}` }],
      truncated: false,
    }))
    .answer(loki.query, (_, { ago }) => ({
      ...{ state: 'known', from: ago(3_600), to: ago(0), truncated: true },
      lines: [{ at: ago(lastHeard), nanoseconds: '2', labels: { app: 'cache' }, text: 'swept' }],
    }))
    .answer(jaeger.trace, (_, { ago }) => ({
      state: 'known',
      traceId: ID,
      startedAt: ago(61),
      durationMs: 2_000,
      root: api,
      spans: 2,
      services: ['api', 'cache'],
      complete: true,
      orphans: [],
      criticalPath: [{ ...cache, spanId: 'b', selfMs: 1_700, share: 0.85 }],
      slowest: { ...cache, selfMs: 1_700, share: 0.85 },
      errors: [],
      timeline: [
        { ...api, fromMs: 0, durationMs: 2_000, failed: false },
        { ...cache, fromMs: 100, durationMs: 1_700, failed: false, caller: 'api' },
      ],
      others: [],
    }));
  stage.answer(prometheus.exemplars, ({ traceId }, { ago }) => ({
    state: 'known',
    samples: [
      {
        ...{ at: ago(59), series: 'http_request_duration_seconds_bucket', value: 2.001 },
        labels: { service: 'ingress', trace: traceId },
      },
    ],
    kept: 12,
  }));
  const found = {
    hops: [
      { service: 'api', lines: 1, spans: 1 },
      { service: 'cache', lines: 0, spans: 1 },
    ],
    traceId: ID,
    slowest: { ...cache, selfMs: 1_700, share: 0.85 },
  };
  const run = await stage.run(followRequest, { requestId: 'req-7f3a' });
  run
    .ended('completed')
    .returned({
      ...found,
      drops: [
        'cache has spans of the request and logs no line with its id: the id is lost between api, which calls it and logs the id, and cache',
      ],
      notSeen: [],
    })
    .changedNothing()
    .askedNobody();
  // The logs of some namespaces only: who wrote elsewhere is not said to be silent.
  const narrowed = await stage.run(followRequest, { requestId: 'req-7f3b', namespaces: ['shop'] });
  narrowed.ended('completed').returned({
    ...found,
    drops: [],
    notSeen: ['logs of other namespaces than shop'],
  });
  // The cache's logs stopped before the request came: that none of them names it is not held against it.
  lastHeard = 600;
  const unheard = await stage.run(followRequest, { requestId: 'req-7f3c' });
  unheard.ended('completed').returned({
    ...found,
    drops: [],
    notSeen: [
      'logs of cache: no line of it names the request, and none came after it; it logs nothing, or under another name, or nothing ships its logs',
    ],
  });
};
export default scenario;
