/**
 * Alerts in. A source is authenticated over the very bytes before they are parsed; 2xx means that the ledger has
 * committed. Alertmanager repeats 5xx and nothing else; PagerDuty drops other 4xx, and the subscription with them: an
 * event that starts nothing is answered with 202, and so is a group of which one alert is right.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../../config/index.ts';
import { NoneRight } from '../alerts/parse-delivery.ts';
import { receiveAlerts, type ReceiveAlertsDeps } from '../alerts/receive-alerts.ts';
import type { AlertSource, Delivered, Delivery } from '../alerts/source.ts';
import { alertSources } from '../alerts/sources/index.ts';
import { BATCHED, STRUCTURED } from '../alerts/sources/cloud-events.ts';
import { certificateNames } from '../senders.ts';
import { Problem } from '../api/problem.ts';
import { ProblemError } from '../problem-error.ts';

/** Alertmanager sends all alerts of a group in one body. */
const LARGEST_BODY = 8 * 1024 * 1024;

const NONE_RIGHT = 'a delivery was refused: no alert in it is as its source writes them';

/** Of the wrong alerts of a delivery; the answer names more. */
const MOST_LOGGED = 5;

const Received = z.object({
  alerts: z.array(
    z.object({
      alertId: z.string(),
      duplicate: z.boolean(),
      runs: z.array(z.object({ workflowId: z.string(), effect: z.string() })).readonly(),
      refused: z.array(z.object({ runbook: z.string(), message: z.string() })).readonly(),
    }),
  ),
  /** Alerts that are not as their source writes them, by their places in the delivery; no other is lost with them. */
  refused: z
    .array(
      z.object({
        index: z.int(),
        message: z.string(),
        fields: z.array(z.object({ field: z.string(), message: z.string() })).readonly(),
      }),
    )
    .readonly()
    .optional(),
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
        const delivery = {
          ...{ headers, body: bytes, now: new Date() },
          certificate: certificateNames(raw.socket),
          log: deps.log,
        };
        const { alerts, ignored, refused = [], truncated = 0 } = read(deps, { name, source, delivery });
        if (truncated > 0)
          deps.log.warn(
            { source: name, truncated },
            'the sender left alerts of a group out; raise its limit',
          );
        reply.code(202);
        const taken = await receiveAlerts(deps, alerts);
        return { alerts: taken, ignored, ...(refused.length > 0 && { refused }) };
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

/** What a delivery says; what is wrong in it is logged and counted. */
function read(
  { log, metrics }: WebhooksDeps,
  { name, source, delivery }: { name: string; source: AlertSource; delivery: Delivery },
): Delivered {
  const tell = (refused: readonly { readonly message: string }[], message: string) => {
    for (const _ of refused) metrics.alert(name, 'misshapen');
    log.warn({ source: name, refused: refused.slice(0, MOST_LOGGED), wrong: refused.length }, message);
  };
  try {
    const delivered = source.read(delivery);
    const { refused = [] } = delivered;
    if (refused.length > 0) tell(refused, 'some alerts of a delivery are not as their source writes them');
    return delivered;
  } catch (error) {
    if (error instanceof NoneRight) tell(error.refused, NONE_RIGHT);
    else if (error instanceof ProblemError && error.code === 'bad-request')
      tell([error.toProblem()], NONE_RIGHT);
    throw error;
  }
}
