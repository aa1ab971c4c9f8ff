/**
 * B9: a storm of alerts. Fifty senders post as fast as they are answered and repeat what was not taken; in the middle a
 * gateway gets `kill -9`, then PostgreSQL does. What was acknowledged and is not in the ledger is lost; a second run of
 * an incident is doubled.
 */
import { Client, Connection } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLedger } from '../ledger/create-ledger.ts';
import { Closing } from './house/closing.ts';
import { startGatewayProcess, TOKEN, type GatewayProcess } from './house/gateway-process.ts';
import { startBackend } from './house/servers.ts';
import { spread, type Spread } from './measure/statistics.ts';
import { createPoster } from './measure/post.ts';

export interface AlertStorm {
  readonly alerts: number;
  readonly senders: number;
  readonly incidents: number;
  /** Acknowledged, from the first POST to the last answer, both deaths included. */
  readonly perMinute: number;
  /** From a POST to its 2xx, where the first attempt got it; of all alerts. */
  readonly acknowledgedMs: Spread;
  /** Attempts that were answered with 503 or not at all, and repeated. */
  readonly repeated: number;
  readonly lost: number;
  readonly doubled: number;
  /** From the last acknowledgement until every run is at Temporal. */
  readonly startedAfterMs: number;
}

const SENDERS = 50;
const ALERTS_OF_AN_INCIDENT = 50;
const RETRY_MS = 100;

export async function alertStorm(o: { alerts: number; say: (text: string) => void }): Promise<AlertStorm> {
  const { say } = o;
  const alerts = Math.ceil(o.alerts / SENDERS) * SENDERS;
  const incidents = Math.ceil(alerts / ALERTS_OF_AN_INCIDENT);
  const closing = new Closing();
  try {
    const backend = await startBackend(closing);
    const start = () => startGatewayProcess(backend, closing);
    const gateways: GatewayProcess[] = await Promise.all([start(), start()]);
    const { post, close } = createPoster();
    closing.add(close);
    const acknowledged: string[] = [];
    const latencies: number[] = [];
    let repeated = 0;

    const deliver = async (sender: number, alert: number): Promise<void> => {
      for (let attempt = 0; ; attempt += 1) {
        const { url } = gateways[(sender + attempt) % gateways.length]!;
        const from = performance.now();
        try {
          const answer = await post(`${url}/webhooks/alertmanager`, payload(alert, incidents), TOKEN);
          if (attempt === 0) latencies.push(performance.now() - from);
          acknowledged.push((answer as { alerts: { alertId: string }[] }).alerts[0]!.alertId);
          return;
        } catch {
          repeated += 1;
          await sleep(RETRY_MS);
        }
      }
    };
    const send = async (sender: number) => {
      for (let alert = sender; alert < alerts; alert += SENDERS) await deliver(sender, alert);
    };
    const taken = async (share: number) => {
      while (acknowledged.length < alerts * share) await sleep(10);
      say(`B9: ${acknowledged.length} of ${alerts} alerts acknowledged`);
    };

    const from = performance.now();
    const storm = Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender)));
    await taken(0.3);
    await gateways[0]!.kill();
    gateways[0] = await start();
    await taken(0.6);
    await backend.killDatabase();
    await storm;
    const last = performance.now();
    await taken(1);

    const ledger = await createLedger({ databaseUrl: backend.databaseUrl, deployment: 'bench' });
    closing.add(() => ledger.close());
    const written = new Set((await ledger.alerts({ limit: 2 * alerts })).map(({ id }) => id));
    const runs = await ledger.runs({ limit: 2 * incidents });
    const connection = await Connection.connect({ address: backend.temporalAddress });
    closing.add(() => connection.close());
    const { workflow } = new Client({ connection, namespace: backend.namespace });
    while ((await workflow.count()).count < incidents) await sleep(50);
    return {
      ...{ alerts, senders: SENDERS, incidents, repeated },
      perMinute: (acknowledged.length / (last - from)) * 60_000,
      acknowledgedMs: spread(latencies),
      lost: acknowledged.filter((id) => !written.has(id)).length,
      doubled: runs.length - incidents,
      startedAfterMs: performance.now() - last,
    };
  } finally {
    await closing.close();
  }
}

/** Every alert is one of its own; those of an incident join its run. */
const payload = (alert: number, incidents: number) => ({
  version: '4',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'NodeSick', node: `n${alert}`, incident: `incident-${alert % incidents}` },
      annotations: { summary: 'the node is sick' },
      startsAt: new Date(Date.UTC(2026, 10, 21) + alert * 1000).toISOString(),
      endsAt: '0001-01-01T00:00:00Z',
      fingerprint: `alert-${alert}`,
    },
  ],
});
