/**
 * Carries what the ledger has written down to Temporal: runs to start, signals, decisions. It may be killed at any moment
 * and may run in several gateways at once: workflow ids, update ids and request ids come from the ledger, so that whatever
 * is handed over twice counts once.
 */
import type { DecisionRow, Ledger, PendingSignal, RunRow } from '../ledger/api.ts';
import type { DecisionOutcome } from '../workflows/messages.ts';
import { Lane } from './lane.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { signStart, type Signer } from './statements.ts';
import { tellRun, type Told } from './tell-run.ts';
import type { TemporalClient } from './temporal-client.ts';

export interface Dispatcher {
  start(): void;
  wake(): void;
  /** Hands this decision over now and waits for the run's answer, `waitMs` at most; it is delivered later otherwise. */
  deliverNow(decision: DecisionRow, waitMs: number): Promise<DecisionOutcome | 'later'>;
  stop(): Promise<void>;
}

export interface DispatcherDeps {
  readonly ledger: Ledger;
  readonly temporal: TemporalClient;
  readonly signer: Signer;
  readonly metrics: Metrics;
  readonly log: Log;
  /** What to do with an alert that joined a run and found it over. */
  readonly receiveAgain: (signal: PendingSignal & { kind: 'repeated' }) => Promise<void>;
  /** 5 seconds when absent. */
  readonly sweepMs?: number;
}

/** One attempt to hand a decision over; an Update that no worker took leaves no trace, so it is sent again. */
const DECIDE_MS = 10_000;
const GRACE_MS = 5_000;

export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { ledger, temporal, signer, metrics, log, sweepMs = 5_000 } = deps;
  const common = <Item>(lane: string, since: (item: Item) => string) => ({
    sweepMs,
    onWaiting: (items: readonly Item[]) => metrics.waiting(lane, items.map(since)),
    onError: (error: unknown, item: Item | undefined) =>
      log.warn({ err: error, lane, item: item && label(item) }, 'not handed over; it will be tried again'),
  });

  const starts = new Lane<RunRow, 'done'>({
    ...common<RunRow>('start', (run) => run.receivedAt),
    id: (run) => run.workflowId,
    take: (limit) => ledger.runsToStart(limit),
    concurrency: 32,
    async deliver(run) {
      const { workflowId, runbook, title, receivedAt } = run;
      const signed = signStart(signer, run);
      const start = await temporal.start({ workflowId, runbook, title, receivedAt, signed });
      if (start.is === 'taken') {
        const goesOnAs = await ledger.giveNextId(workflowId);
        log.warn(
          { workflowId, goesOnAs },
          'Temporal has another run under this id, which the ledger does not know',
        );
        return 'done';
      }
      if (start.is === 'refused') {
        const result = `Temporal refuses to start this run: ${start.why}`;
        await ledger.sealRun({ workflowId, outcome: 'failed', result, journal: [] });
        log.error({ workflowId, why: start.why }, 'a run that Temporal refuses to start has failed');
        return 'done';
      }
      await ledger.runStarted(workflowId);
      metrics.handedOver('start', run.receivedAt);
      return 'done';
    },
  });

  const signals = new Lane<PendingSignal, Told>({
    ...common<PendingSignal>('signal', (signal) => signal.at),
    id: (signal) => signal.id,
    take: (limit) => ledger.signalsToDeliver(limit),
    concurrency: 16,
    async deliver(signal) {
      const unheard = signal.kind === 'repeated' && signal.unheard;
      const sent = unheard ? 'no-such-run' : await tellRun(temporal, signal);
      // A run that is over has nobody left to tell; but an alert that joined it was promised that somebody acts on it.
      if (sent === 'sent' || signal.kind !== 'repeated') await ledger.signalDelivered(signal.id);
      else if (unheard) await deps.receiveAgain(signal);
      // Until its end is written, the alert would only join it again.
      else return 'later';
      metrics.handedOver('signal', signal.at);
      return sent;
    },
  });

  const decisions = new Lane<DecisionRow, DecisionOutcome>({
    ...common<DecisionRow>('decision', (decision) => decision.receivedAt),
    id: (decision) => decision.id,
    take: (limit) => ledger.decisionsToDeliver(limit),
    concurrency: 32,
    async deliver({ id, workflowId, signed, receivedAt }) {
      const outcome = await temporal.decide({ workflowId, id, signed, waitMs: DECIDE_MS });
      if (outcome === 'pending') return 'later';
      // A run that closed its question at the deadline has taken this from the ledger itself: then that is what counts.
      const stands = await ledger.decisionDelivered(id, outcome);
      metrics.handedOver('decision', receivedAt);
      return stands;
    },
  });

  const lanes = [starts, signals, decisions] as const;
  const wake = () => lanes.forEach((lane) => lane.wake());
  let unsubscribe = () => {};
  return {
    wake,
    start() {
      lanes.forEach((lane) => lane.start());
      unsubscribe = ledger.onWork(wake);
    },
    async deliverNow(decision, waitMs) {
      const { promise, resolve } = Promise.withResolvers<'later'>();
      const timer = setTimeout(() => resolve('later'), waitMs);
      return Promise.race([decisions.push(decision), promise]).finally(() => clearTimeout(timer));
    },
    async stop() {
      unsubscribe();
      await Promise.all(lanes.map((lane) => lane.stop(GRACE_MS)));
    },
  };
}

const label = (item: object): unknown => ('id' in item ? item.id : 'workflowId' in item && item.workflowId);
