import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Ledger, RecordBacklog } from '../../ledger/api.ts';
import type { Metrics } from '../metrics.ts';
import type { TemporalClient } from '../temporal-client.ts';

const Readiness = z.object({
  ready: z.boolean(),
  /** `ok`, or why not. */
  ledger: z.string(),
  temporal: z.string(),
  /** The same of the record's sealing. It makes nothing unready: runs go on without. */
  record: z.string(),
});

export interface HealthDeps {
  readonly ledger: Pick<Ledger, 'recordBacklog'>;
  readonly temporal: Pick<TemporalClient, 'ping'>;
  readonly metrics: Metrics;
}

const PING_MS = 2_000;
/** Workers seal every five seconds. */
const BEHIND_MS = 60_000;

/** `/healthz`: the process answers. `/readyz`: it reaches what it needs. Without Temporal alerts are still taken. */
export function serveHealth(app: FastifyInstance, { ledger, temporal, metrics }: HealthDeps): void {
  app.get('/healthz', { schema: { response: { 200: z.object({ ok: z.literal(true) }) } } }, async () => ({
    ok: true,
  }));

  app.get(
    '/readyz',
    { schema: { response: { 200: Readiness, 503: Readiness } } },
    async (_request, reply): Promise<z.output<typeof Readiness>> => {
      const [backlog, temporalSays] = await Promise.all([
        ledger.recordBacklog().catch(messageOf),
        temporal.ping(PING_MS).then(() => 'ok', messageOf),
      ]);
      const ledgerSays = typeof backlog === 'string' ? backlog : 'ok';
      const record = typeof backlog === 'string' ? 'the ledger does not answer' : recordSays(backlog);
      const ready = ledgerSays === 'ok' && temporalSays === 'ok';
      reply.code(ready ? 200 : 503);
      return { ready, ledger: ledgerSays, temporal: temporalSays, record };
    },
  );

  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    // Without the ledger the other figures are told all the same.
    await ledger.recordBacklog().then(
      (backlog) => metrics.recordBacklog(backlog),
      () => undefined,
    );
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
}

/** `ok`, or what the sealing of the record waits for. */
export function recordSays({ unsealedMs, unwitnessedMs }: RecordBacklog): string {
  const minutes = (ms: number) => Math.floor(ms / 60_000);
  if (unsealedMs >= BEHIND_MS)
    return `entries have waited to be sealed for ${minutes(unsealedMs)} min: no worker runs, or it could not seal`;
  if (unwitnessedMs >= BEHIND_MS)
    return `the witness has taken no checkpoint for ${minutes(unwitnessedMs)} min: it is away, or it refuses`;
  return 'ok';
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
