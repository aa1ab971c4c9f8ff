import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../../config/index.ts';
import { createApp } from '../../gateway/create-app.ts';
import { createLogger } from '../../gateway/log.ts';
import { createMetrics, type Metrics } from '../../gateway/metrics.ts';
import { serveWebhooks } from '../../gateway/routes/webhooks.ts';
import type { Alert } from '../../ledger/api.ts';

/** The webhooks alone, with a ledger that hands each alert to `onAlert` and starts nothing. */
export async function createWebhookApp(
  alertSources: Config['alertSources'],
  onAlert: (alert: Alert) => void,
  { metrics = createMetrics(), log = createLogger('silent') }: { metrics?: Metrics; log?: Logger } = {},
): Promise<FastifyInstance> {
  const app = await createApp({ log, metrics, requestsPerMinute: 1000 });
  await app.register((webhooks) =>
    serveWebhooks(webhooks, {
      config: { alertSources },
      ledger: {
        receiveAlert: async (alert) => {
          onAlert(alert);
          return { alertId: 'a', duplicate: false, runs: [] };
        },
      },
      runbooks: [],
      inShadow: new Set(),
      ...{ metrics, log, wake: () => undefined },
    }),
  );
  return app;
}
