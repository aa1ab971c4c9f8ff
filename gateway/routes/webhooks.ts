/**
 * Alerts in. A source is authenticated over the very bytes before they are parsed; 2xx means that the ledger has
 * committed. Alertmanager repeats 5xx and nothing else; PagerDuty drops other 4xx, and the subscription with them: an
 * event that starts nothing is answered with 202.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Config } from '../../config/index.ts';
import { parseAlertmanager } from '../alerts/alertmanager.ts';
import { parsePagerduty } from '../alerts/pagerduty.ts';
import { receiveAlerts, type ReceiveAlertsDeps } from '../alerts/receive-alerts.ts';
import { bearerMatches, pagerdutySignatureMatches } from '../alerts/signatures.ts';
import { Problem } from '../api/problem.ts';
import { parseJson } from '../json-body.ts';
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
  const { alertmanager, pagerduty } = deps.config.alertSources;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  const schema = (summary: string) => ({
    summary,
    response: { '2xx': Received, '4xx': Problem, '5xx': Problem },
  });
  const options = (summary: string) => ({ bodyLimit: LARGEST_BODY, schema: schema(summary) });

  app.post('/webhooks/alertmanager', options('Alertmanager, payload version 4'), async (request, reply) => {
    if (alertmanager === undefined) throw notConfigured('alertmanager');
    const authenticated = 'bearerToken' in alertmanager;
    if (authenticated && !bearerMatches(request.headers.authorization, alertmanager.bearerToken.reveal())) {
      throw new ProblemError('bad-token', 'send the bearer token that alertSources.alertmanager names');
    }
    const alerts = parseAlertmanager(parseJson(bytes(request)), { authenticated });
    reply.code(202);
    return { alerts: await receiveAlerts(deps, alerts) };
  });

  app.post('/webhooks/pagerduty', options('PagerDuty, V3 events'), async (request, reply) => {
    if (pagerduty === undefined) throw notConfigured('pagerduty');
    const body = bytes(request);
    const header = request.headers['x-pagerduty-signature'];
    const secrets = pagerduty.signingSecrets.map((secret) => secret.reveal());
    if (!pagerdutySignatureMatches({ header: header?.toString(), body, secrets })) {
      throw new ProblemError(
        'bad-signature',
        'X-PagerDuty-Signature fits none of the secrets in alertSources.pagerduty.signingSecrets',
      );
    }
    const event = parsePagerduty(parseJson(body));
    reply.code(202);
    if (event.alert === undefined) return { alerts: [], ignored: event.ignored };
    request.log.debug({ webhookId: request.headers['x-webhook-id'] }, 'PagerDuty event');
    return { alerts: await receiveAlerts(deps, [event.alert]) };
  });
}

const bytes = (request: FastifyRequest): Buffer =>
  Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);

const notConfigured = (source: string) =>
  new ProblemError(
    'source-not-configured',
    `no alerts are taken from here; configure alertSources.${source} in nightshift.config.ts`,
  );
