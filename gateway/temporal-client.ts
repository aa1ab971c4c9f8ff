/**
 * The gateway's one door to Temporal. The connection is made when it is first needed and again whenever it was lost, so
 * that the gateway starts, and acknowledges alerts, without Temporal.
 */
import { Client, Connection, type WorkflowExecutionDescription } from '@temporalio/client';
import { encodeToPayloadsWithContext } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { z } from 'zod';
import {
  DecisionOutcome,
  JournalEntry,
  MESSAGES,
  RunState,
  WORKFLOW_TASK_QUEUE,
  type Signed,
} from '../workflows/messages.ts';
import { temporalIdentity, type TemporalIdentity } from '../workflows/temporal-identity.ts';
import { sortTemporalFailure, TemporalAway } from './temporal-failure.ts';
import { temporalVersions, type TemporalVersions } from './temporal-versions.ts';

export interface TemporalClient {
  /**
   * The same run twice is started once. `taken`: another run has its workflow id, one that the ledger does not know;
   * `refused`: it can never be started, its input is too large, say. Throws TemporalAway when nothing is known to have
   * started.
   */
  start(
    run: StartRequest,
  ): Promise<{ readonly is: 'started' | 'taken' } | { readonly is: 'refused'; readonly why: string }>;
  /** The same `id` twice is one signal. */
  signal(s: {
    workflowId: string;
    id: string;
    name: string;
    argument?: unknown;
  }): Promise<'sent' | 'no-such-run'>;
  /** The run's answer to a decision, or `pending` when no worker took it within `waitMs`; the same `id` twice is one update. */
  decide(d: {
    workflowId: string;
    id: string;
    signed: Signed;
    waitMs: number;
  }): Promise<DecisionOutcome | 'pending'>;
  /** The run's own state, or why it does not say. */
  state(workflowId: string, waitMs: number): Promise<RunState | { readonly silent: string }>;
  /** The lines of the run's story before this one, all of them, or nothing when it does not say. */
  earlier(e: {
    workflowId: string;
    seq: number;
    waitMs: number;
  }): Promise<readonly JournalEntry[] | undefined>;
  cancel(c: { workflowId: string; reason: string; id: string }): Promise<'sent' | 'no-such-run'>;
  /** What Temporal says has become of the run. */
  fate(workflowId: string): Promise<RunFate>;
  /** Yields whenever the run's history has grown, first for what it has already; ends when the run has. */
  changes(workflowId: string, signal: AbortSignal): AsyncGenerator<void, 'closed' | 'no-such-run'>;
  /** Asks about versions of the runbooks. Throws TemporalAway when it does not answer. */
  versions<T>(ask: (versions: TemporalVersions) => Promise<T>): Promise<T>;
  /** Throws TemporalAway when it does not answer within `waitMs`. */
  ping(waitMs: number): Promise<void>;
  /** Which Temporal this is. Throws TemporalAway when it does not answer, or has no such namespace. */
  identity(): Promise<TemporalIdentity>;
  close(): Promise<void>;
}

/** `unknown`: Temporal never had it, or has it no more (deleted, or older than the namespace's retention). */
export type RunFate =
  { readonly is: 'open' | 'unknown' } | { readonly is: 'closed'; readonly status: string; readonly at: Date };

export interface StartRequest {
  readonly workflowId: string;
  /** The workflow type is the runbook's id. */
  readonly runbook: string;
  readonly title: string;
  /** When the ledger received it: with the workflow id, what tells one run from all others. */
  readonly receivedAt: string;
  readonly signed: Signed;
}

/** A long poll of the history: the server answers an empty page after 20 s. */
const LONG_POLL_MS = 65_000;
const CALL_MS = 10_000;
/** How far the clocks of Temporal and the ledger may differ. */
const SKEW_MS = 60_000;
/** Ten thousand runs are some pages, a history is some megabytes. */
const LISTING_MS = 60_000;

export function createTemporalClient(o: {
  address: string;
  namespace: string;
  deployment: string;
  identity: string;
}): TemporalClient {
  const { namespace, identity } = o;
  const connection = Connection.lazy({
    address: o.address,
    // Found again within two seconds of its return; gRPC's own pause grows to two minutes.
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 2000 },
    // Retrying is the dispatcher's, which knows what may wait and tells how long it has.
    interceptors: [],
  });
  const client = new Client({ connection, namespace, identity });
  const service = client.workflowService;
  const known = temporalVersions(client, o);
  const within = <T>(waitMs: number, call: () => Promise<T>) =>
    connection.withDeadline(Date.now() + waitMs, call);
  const isRunning = async (workflowId: string) => {
    try {
      return (
        (await within(CALL_MS, () => client.workflow.getHandle(workflowId).describe())).status.name ===
        'RUNNING'
      );
    } catch (error) {
      return answering(error, { 'no-such-run': false as const });
    }
  };

  return {
    async start({ workflowId, runbook, title, receivedAt, signed }) {
      try {
        await within(CALL_MS, () =>
          client.workflow.start(runbook, {
            workflowId,
            taskQueue: WORKFLOW_TASK_QUEUE,
            args: [signed],
            workflowIdReusePolicy: 'REJECT_DUPLICATE',
            staticSummary: title,
            memo: { receivedAt },
          }),
        );
        return { is: 'started' };
      } catch (error) {
        const failure = sortTemporalFailure(error);
        if (failure.kind === 'invalid') return { is: 'refused', why: failure.why };
        answering(error, { 'already-started': undefined });
      }
      const there = await within(CALL_MS, () => client.workflow.getHandle(workflowId).describe()).catch(
        (error: unknown) => answering(error, {}),
      );
      return { is: isThisRun(there, receivedAt) ? 'started' : 'taken' };
    },

    async signal({ workflowId, id, name, argument }) {
      // Raw, because only the request id makes a repeated delivery the same signal.
      const context = { type: 'workflow' as const, namespace, workflowId };
      const payloads = await encodeToPayloadsWithContext(client.options.loadedDataConverter, context, [
        ...(argument === undefined ? [] : [argument]),
      ]);
      return within(CALL_MS, () =>
        service.signalWorkflowExecution({
          namespace,
          identity,
          workflowExecution: { workflowId },
          requestId: id,
          signalName: name,
          input: { payloads: payloads ?? [] },
        }),
      ).then(
        () => 'sent' as const,
        (error: unknown) => answering(error, { 'no-such-run': 'no-such-run' as const }),
      );
    },

    async decide({ workflowId, id, signed, waitMs }) {
      const handle = client.workflow.getHandle(workflowId);
      try {
        const outcome = await within(waitMs, () =>
          handle.executeUpdate(MESSAGES.decide, { updateId: id, args: [signed] }),
        );
        return DecisionOutcome.parse(outcome);
      } catch (error) {
        const failure = sortTemporalFailure(error);
        if (failure.kind === 'refused') return { counted: false, why: failure.why };
        return answering(error, {
          'timed-out': 'pending' as const,
          'no-such-run': {
            counted: false as const,
            why: 'too late: the run is over',
            code: 'too-late' as const,
          },
        });
      }
    },

    async state(workflowId, waitMs) {
      const handle = client.workflow.getHandle(workflowId);
      try {
        return RunState.parse(await within(waitMs, () => handle.query(MESSAGES.state)));
      } catch (error) {
        const failure = sortTemporalFailure(error);
        if (failure.kind === 'timed-out') return { silent: 'no worker answered for this run in time' };
        if (failure.kind === 'no-such-run') return { silent: 'Temporal does not know this run' };
        if (failure.kind === 'away') return { silent: 'Temporal does not answer' };
        return {
          silent: `the run could not tell: ${error instanceof Error ? error.message : String(error)}`,
        };
      }
    },

    async earlier({ workflowId, seq, waitMs }) {
      const handle = client.workflow.getHandle(workflowId);
      const found: JournalEntry[] = [];
      try {
        for (let before = seq; before > 1; before = found[0]!.seq) {
          const page = z
            .array(JournalEntry)
            .min(1)
            .parse(await within(waitMs, () => handle.query(MESSAGES.earlier, before)));
          found.unshift(...page);
        }
        return found;
      } catch {
        return undefined;
      }
    },

    async cancel({ workflowId, reason, id }) {
      // The server takes the cancellation of a run that was cancelled before as a repetition.
      if (!(await isRunning(workflowId))) return 'no-such-run';
      return within(CALL_MS, () =>
        service.requestCancelWorkflowExecution({
          namespace,
          identity,
          workflowExecution: { workflowId },
          requestId: id,
          reason,
        }),
      ).then(
        () => 'sent' as const,
        (error: unknown) => answering(error, { 'no-such-run': 'no-such-run' as const }),
      );
    },

    async fate(workflowId) {
      try {
        const { status, closeTime } = await within(CALL_MS, () =>
          client.workflow.getHandle(workflowId).describe(),
        );
        return closeTime ? { is: 'closed', status: status.name, at: closeTime } : { is: 'open' };
      } catch (error) {
        return answering(error, { 'no-such-run': { is: 'unknown' as const } });
      }
    },

    async *changes(workflowId, signal) {
      const execution = { workflowId };
      const page = (nextPageToken: Uint8Array) =>
        connection.withAbortSignal(signal, () =>
          within(LONG_POLL_MS, () =>
            service.getWorkflowExecutionHistory({ namespace, execution, waitNewEvent: true, nextPageToken }),
          ),
        );
      // A run that was reset goes on under the same workflow id.
      do {
        let token: Uint8Array = new Uint8Array();
        do {
          try {
            const { history, nextPageToken } = await page(token);
            token = nextPageToken;
            if ((history?.events?.length ?? 0) > 0) yield;
          } catch (error) {
            signal.throwIfAborted();
            const failure = sortTemporalFailure(error);
            if (failure.kind === 'no-such-run') return 'no-such-run';
            if (failure.kind !== 'timed-out') return answering(error, {});
          }
        } while (token.length > 0);
      } while (await isRunning(workflowId));
      return 'closed';
    },

    async versions(ask) {
      return within(LISTING_MS, () => ask(known)).catch((error: unknown) => answering(error, {}));
    },

    async ping(waitMs) {
      await within(waitMs, () => service.getSystemInfo({})).catch((cause: unknown) => {
        throw new TemporalAway(`Temporal does not answer at ${o.address}`, { cause });
      });
    },

    async identity() {
      return within(CALL_MS, () => temporalIdentity(service, o)).catch((error: unknown) =>
        answering(error, {}),
      );
    },

    close: () => connection.close(),
  };
}

/** Whether what has the run's workflow id is that run. Its memo says; earlier gateways wrote none, but theirs began after the run was received. */
function isThisRun(
  { memo, startTime }: Pick<WorkflowExecutionDescription, 'memo' | 'startTime'>,
  receivedAt: string,
): boolean {
  const said = memo?.['receivedAt'];
  return said === undefined ? startTime.getTime() >= Date.parse(receivedAt) - SKEW_MS : said === receivedAt;
}

/** The answer for this kind of failure; throws TemporalAway, or the error as it is, for every other. */
function answering<A extends Partial<Record<'no-such-run' | 'already-started' | 'timed-out', unknown>>>(
  error: unknown,
  answers: A,
): A[keyof A] {
  const failure = sortTemporalFailure(error);
  if (failure.kind in answers) return answers[failure.kind as keyof A];
  if (failure.kind === 'away') throw failure.error;
  if (failure.kind === 'timed-out')
    throw new TemporalAway('Temporal did not answer in time', { cause: error });
  throw error;
}
