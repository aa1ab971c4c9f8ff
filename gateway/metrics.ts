import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RecordBacklog } from '../ledger/api.ts';

export interface Metrics {
  readonly registry: Registry;
  alert(source: string, effect: string): void;
  inputRefused(runbook: string): void;
  decision(effect: string): void;
  /** Something was handed to Temporal; `since` is when the ledger received it. */
  handedOver(lane: string, since: string): void;
  /** What waits to be handed over, oldest first. */
  waiting(lane: string, since: readonly string[]): void;
  /** How far the record is behind. */
  recordBacklog(behind: RecordBacklog): void;
  request(method: string, route: string, status: number, seconds: number): void;
}

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const alerts = new Counter({
    name: 'nightshift_alerts_total',
    help: 'Alerts received, by what became of them',
    labelNames: ['source', 'effect'],
    registers,
  });
  const refused = new Counter({
    name: 'nightshift_trigger_inputs_refused_total',
    help: 'Alerts that matched a runbook whose input could not be made from them',
    labelNames: ['runbook'],
    registers,
  });
  const decisions = new Counter({
    name: 'nightshift_decisions_total',
    help: 'Answers of people, by what became of them',
    labelNames: ['effect'],
    registers,
  });
  const lag = new Histogram({
    name: 'nightshift_dispatch_lag_seconds',
    help: 'From receipt by the ledger to hand-over to Temporal',
    labelNames: ['lane'],
    buckets: BUCKETS,
    registers,
  });
  const waiting = new Gauge({
    name: 'nightshift_dispatch_waiting',
    help: 'Items seen waiting to be handed over to Temporal, at the last look',
    labelNames: ['lane'],
    registers,
  });
  const oldest = new Gauge({
    name: 'nightshift_dispatch_oldest_seconds',
    help: 'Age of the oldest item that waits, at the last look',
    labelNames: ['lane'],
    registers,
  });
  const unsealed = new Gauge({
    name: 'nightshift_record_unsealed_seconds',
    help: 'Age of the oldest entry of the record that no worker has sealed',
    registers,
  });
  const unwitnessed = new Gauge({
    name: 'nightshift_record_unwitnessed_seconds',
    help: 'Age of the oldest checkpoint that the witness has not taken',
    registers,
  });
  const requests = new Histogram({
    name: 'nightshift_http_request_seconds',
    help: 'Requests answered',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers,
  });
  const age = (since: string) => Math.max(0, (Date.now() - Date.parse(since)) / 1000);
  return {
    registry,
    alert: (source, effect) => alerts.inc({ source, effect }),
    inputRefused: (runbook) => refused.inc({ runbook }),
    decision: (effect) => decisions.inc({ effect }),
    handedOver: (lane, since) => lag.observe({ lane }, age(since)),
    waiting(lane, since) {
      waiting.set({ lane }, since.length);
      oldest.set({ lane }, since[0] === undefined ? 0 : age(since[0]));
    },
    recordBacklog({ unsealedMs, unwitnessedMs }) {
      unsealed.set(unsealedMs / 1000);
      unwitnessed.set(unwitnessedMs / 1000);
    },
    request: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
  };
}
