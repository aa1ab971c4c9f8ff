import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Ledger } from '../../ledger/api.ts';
import type { Metrics } from '../metrics.ts';
import type { TemporalClient } from '../temporal-client.ts';

const Readiness = z.object({
  ready: z.boolean(),
  /** `ok`, or why not. */
  ledger: z.string(),
  temporal: z.string(),
});

export interface HealthDeps {
  readonly ledger: Pick<Ledger, 'ping'>;
  readonly temporal: Pick<TemporalClient, 'ping'>;
  readonly metrics: Metrics;
}

const PING_MS = 2_000;

/** `/healthz`: the process answers. `/readyz`: it reaches what it needs. Without Temporal alerts are still taken. */
export function serveHealth(app: FastifyInstance, { ledger, temporal, metrics }: HealthDeps): void {
  app.get('/healthz', { schema: { response: { 200: z.object({ ok: z.literal(true) }) } } }, async () => ({
    ok: true,
  }));

  app.get(
    '/readyz',
    { schema: { response: { 200: Readiness, 503: Readiness } } },
    async (_request, reply): Promise<z.output<typeof Readiness>> => {
      const [ledgerSays, temporalSays] = await Promise.all([
        said(ledger.ping()),
        said(temporal.ping(PING_MS)),
      ]);
      const ready = ledgerSays === 'ok' && temporalSays === 'ok';
      reply.code(ready ? 200 : 503);
      return { ready, ledger: ledgerSays, temporal: temporalSays };
    },
  );

  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}

const said = (ping: Promise<void>): Promise<string> =>
  ping.then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
