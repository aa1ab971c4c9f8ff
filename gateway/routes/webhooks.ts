/**
 * Alerts in. A source is authenticated over the very bytes before they are parsed; 2xx means that the ledger has
 * committed. Alertmanager repeats 5xx and nothing else; PagerDuty drops other 4xx, and the subscription with them: an
 * event that starts nothing is answered with 202.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../../config/index.ts';
import { receiveAlerts, type ReceiveAlertsDeps } from '../alerts/receive-alerts.ts';
import { alertSources } from '../alerts/sources/index.ts';
import { BATCHED, STRUCTURED } from '../alerts/sources/cloud-events.ts';
import { certificateNames } from '../senders.ts';
import { Problem } from '../api/problem.ts';
import { ProblemError } from '../problem-error.ts';

/** Alertmanager sends all alerts of a group in one body. */
const LARGEST_BODY = 8 * 1024 * 1024;

const Received = z.object({
  alerts: z.array(
    z.object({
      alertId: z.string(),
      duplicate: z.boolean(),
      runs: z.array(z.object({ workflowId: z.string(), effect: z.string() })).readonly(),
      refused: z.array(z.object({ runbook: z.string(), message: z.string() })).readonly(),
    }),
  ),
  /** Why an authentic event was not looked at any further. */
  ignored: z.string().optional(),
});

export interface WebhooksDeps extends ReceiveAlertsDeps {
  readonly config: Pick<Config, 'alertSources'>;
}

export async function serveWebhooks(app: FastifyInstance, deps: WebhooksDeps): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/json', STRUCTURED, BATCHED],
    { parseAs: 'buffer' },
    (_, body, done) => done(null, body),
  );
  for (const [name, source] of alertSources(deps.config.alertSources)) {
    const schema = {
      summary: source.summary,
      response: { '2xx': Received, '4xx': Problem, '5xx': Problem },
    };
    app.post(
      `/webhooks/${name}`,
      { bodyLimit: LARGEST_BODY, schema },
      async ({ headers, body, raw }, reply) => {
        const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
        const {
          alerts,
          ignored,
          truncated = 0,
        } = source.read({
          ...{ headers, body: bytes, now: new Date() },
          certificate: certificateNames(raw.socket),
          log: deps.log,
        });
        if (truncated > 0)
          deps.log.warn(
            { source: name, truncated },
            'the sender left alerts of a group out; raise its limit',
          );
        reply.code(202);
        return { alerts: await receiveAlerts(deps, alerts), ignored };
      },
    );
  }
  app.post<{ Params: { source: string } }>('/webhooks/:source', { schema: { hide: true } }, ({ params }) => {
    throw new ProblemError(
      'source-not-configured',
      `no alerts are taken at /webhooks/${params.source.slice(0, 40)}; configure it in alertSources of nightshift.config.ts`,
    );
  });
}
