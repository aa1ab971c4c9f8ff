/** The gateway's API as typed calls: what the command line and other programs use. No Temporal, no database. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { AnswerOf, CallOf, Endpoint } from './api/endpoint.ts';
import { getArtefact, listArtefacts } from './api/artefacts.ts';
import { alertHistory, listAlerts } from './api/alerts.ts';
import {
  listOpenRuns,
  listVersions,
  makeVersionCurrent,
  retireVersion,
  showHistory,
  versionContracts,
} from './api/deploy.ts';
import { freeze, liftFreeze, listFreezes } from './api/freezes.ts';
import { whoIsOnCall } from './api/on-call.ts';
import { delegate, endDelegation, listDelegations } from './api/delegations.ts';
import { Problem, type ProblemCode } from './api/problem.ts';
import { decide, listQuestions, showQuestion } from './api/questions.ts';
import { clearLeftover, keepLeftover, listLeftovers, putBackLeftover } from './api/leftovers.ts';
import {
  closeReminder,
  listReminders,
  postponeReminder,
  reopenReminder,
  setReminder,
} from './api/reminders.ts';
import { exportLog, exportRecord } from './api/records.ts';
import { showIncidentPage, showMilestones, showReport } from './api/report.ts';
import { listRunbooks } from './api/runbooks.ts';
import {
  cancelRun,
  giveBackRun,
  listRuns,
  RunEvent,
  showRun,
  startRun,
  stopRun,
  takeOverRun,
  watchRun,
} from './api/runs.ts';
import { shadowReport } from './api/shadow.ts';
import { listTold, tellChannel } from './api/told.ts';
import { listSchedules, pauseSchedule, resumeSchedule } from './api/schedules.ts';
import { createToken, listTokens, revokeToken, whoAmI } from './api/tokens.ts';
import { serverSentEvents } from './event-stream.ts';

/** The gateway said no, or could not be reached (`unreachable`). `fields` names wrong fields of the request. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ProblemCode | 'unreachable';
  readonly status: number | undefined;
  readonly fields: readonly { field: string; message: string }[];

  constructor(message: string, facts: { problem?: Problem; status?: number; cause?: unknown }) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = facts.problem?.code ?? (facts.status === undefined ? 'unreachable' : 'internal');
    this.status = facts.status;
    this.fields = facts.problem?.fields ?? [];
  }
}

/** What `watch` yields: the run's events, and that the connection broke and is being made again. */
export type WatchedEvent = RunEvent | { readonly kind: 'reconnecting'; readonly why: string };

export interface ApiClientOptions {
  /** `http://127.0.0.1:7070` */
  readonly url: string;
  readonly token: string;
  /** How long an answer may take before the gateway counts as unreachable; 30 seconds if not given. */
  readonly patienceMs?: number | undefined;
}

const PATIENCE_MS = 30_000;

const params = (workflowId: string) => ({ params: { workflowId } });

/** Every method throws an ApiError that says what was wrong. */
export function createApiClient(options: ApiClientOptions) {
  const call = <E extends Endpoint>(endpoint: E, parts: CallOf<E>, signal?: AbortSignal) =>
    request(options, endpoint, parts as Parts, signal);
  type Body<E> = CallOf<E> extends { body: infer B } ? B : never;
  type Query<E> = CallOf<E> extends { query: infer Q } ? Q : never;
  return {
    whoAmI: () => call(whoAmI, {}),
    alerts: (query: Query<typeof listAlerts> = {}) => call(listAlerts, { query }),
    alertHistory: (query: Query<typeof alertHistory>) => call(alertHistory, { query }),
    runbooks: () => call(listRunbooks, {}),
    told: (query: Query<typeof listTold> = {}) => call(listTold, { query }),
    tellChannel: (channel: string) => call(tellChannel, { params: { channel } }),
    shadowReport: (runbook: string, query: Query<typeof shadowReport> = {}) =>
      call(shadowReport, { params: { runbook }, query }),
    startRun: (body: Body<typeof startRun>) => call(startRun, { body }),
    runs: (query: Query<typeof listRuns> = {}) => call(listRuns, { query }),
    run: (workflowId: string) => call(showRun, params(workflowId)),
    /** Every change of a run until it ends; connects again by itself until `signal` is aborted. */
    watch: (workflowId: string, signal?: AbortSignal) => watch(options, workflowId, signal),
    cancelRun: (workflowId: string, reason: string) =>
      call(cancelRun, { ...params(workflowId), body: { reason } }),
    takeOverRun: (workflowId: string, reason: string) =>
      call(takeOverRun, { ...params(workflowId), body: { reason } }),
    giveBackRun: (workflowId: string, reason: string) =>
      call(giveBackRun, { ...params(workflowId), body: { reason } }),
    stopRun: (workflowId: string, reason: string) =>
      call(stopRun, { ...params(workflowId), body: { reason } }),
    questions: (query: Query<typeof listQuestions> = {}) => call(listQuestions, { query }),
    question: (workflowId: string, questionId: string) =>
      call(showQuestion, { params: { workflowId, questionId } }),
    decide: (workflowId: string, questionId: string, body: Body<typeof decide>) =>
      call(decide, { params: { workflowId, questionId }, body }),
    delegate: (body: Body<typeof delegate>) => call(delegate, { body }),
    delegations: () => call(listDelegations, {}),
    endDelegation: (id: string) => call(endDelegation, { params: { id } }),
    onCall: (query: Query<typeof whoIsOnCall> = {}) => call(whoIsOnCall, { query }),
    versions: () => call(listVersions, {}),
    makeVersionCurrent: (version: string, body: Body<typeof makeVersionCurrent>) =>
      call(makeVersionCurrent, { params: { version }, body }),
    retireVersion: (version: string, body: Body<typeof retireVersion>) =>
      call(retireVersion, { params: { version }, body }),
    openRuns: () => call(listOpenRuns, {}),
    versionContracts: (version: string) => call(versionContracts, { params: { version } }),
    history: (workflowId: string) => call(showHistory, params(workflowId)),
    schedules: (query: Query<typeof listSchedules> = {}) => call(listSchedules, { query }),
    pauseSchedule: (id: string, reason: string) => call(pauseSchedule, { params: { id }, body: { reason } }),
    resumeSchedule: (id: string, reason: string) =>
      call(resumeSchedule, { params: { id }, body: { reason } }),
    freezes: () => call(listFreezes, {}),
    freeze: (body: Body<typeof freeze>) => call(freeze, { body }),
    liftFreeze: (id: string) => call(liftFreeze, { params: { id } }),
    report: (query: Query<typeof showReport> = {}) => call(showReport, { query }),
    milestones: (workflowId: string) => call(showMilestones, params(workflowId)),
    /** The page as it came. */
    incidentPage: async (workflowId: string): Promise<string> => {
      const tooLate = AbortSignal.timeout(options.patienceMs ?? PATIENCE_MS);
      const response = await send(options, showIncidentPage, params(workflowId), { tooLate });
      return response.text();
    },
    record: (workflowId: string) => call(exportRecord, params(workflowId)),
    artefacts: (workflowId: string) => call(listArtefacts, params(workflowId)),
    /** Its bytes, as they came: compare their hash with the one that was asked for. */
    artefact: async (workflowId: string, sha256: string): Promise<Uint8Array> => {
      const tooLate = AbortSignal.timeout(options.patienceMs ?? PATIENCE_MS);
      const response = await send(options, getArtefact, { params: { workflowId, sha256 } }, { tooLate });
      return response.bytes();
    },
    log: () => call(exportLog, {}),
    leftovers: () => call(listLeftovers, {}),
    keepLeftover: (id: string, body: Body<typeof keepLeftover>) =>
      call(keepLeftover, { params: { id }, body }),
    clearLeftover: (id: string, reason: string) => call(clearLeftover, { params: { id }, body: { reason } }),
    putBackLeftover: (id: string) => call(putBackLeftover, { params: { id } }),
    reminders: (query: Query<typeof listReminders> = {}) => call(listReminders, { query }),
    setReminder: (body: Body<typeof setReminder>) => call(setReminder, { body }),
    closeReminder: (id: string, reason: string) => call(closeReminder, { params: { id }, body: { reason } }),
    postponeReminder: (id: string, body: Body<typeof postponeReminder>) =>
      call(postponeReminder, { params: { id }, body }),
    reopenReminder: (id: string, reason: string) =>
      call(reopenReminder, { params: { id }, body: { reason } }),
    createToken: (body: Body<typeof createToken>) => call(createToken, { body }),
    tokens: () => call(listTokens, {}),
    revokeToken: (id: string) => call(revokeToken, { params: { id } }),
  };
}
export type ApiClient = ReturnType<typeof createApiClient>;

type Parts = {
  params?: Record<string, string>;
  query?: Record<string, string | number | readonly string[] | undefined>;
  body?: unknown;
};

async function request<E extends Endpoint>(
  options: ApiClientOptions,
  endpoint: E,
  parts: Parts,
  signal?: AbortSignal,
): Promise<AnswerOf<E>> {
  const patience = options.patienceMs ?? PATIENCE_MS;
  const response = await send(options, endpoint, parts, {
    signal,
    tooLate: AbortSignal.timeout(patience),
  });
  const answer: unknown = await response.json().catch((cause: unknown) => {
    throw new ApiError(`${options.url} did not answer with JSON; is it a nightshift gateway?`, {
      status: response.status,
      cause,
    });
  });
  return (endpoint.response as z.ZodType<AnswerOf<E>>).parse(answer);
}

interface Until {
  /** The caller's. */
  readonly signal?: AbortSignal | undefined;
  readonly tooLate?: AbortSignal;
}

async function send(options: ApiClientOptions, endpoint: Endpoint, parts: Parts, { signal, tooLate }: Until) {
  const path = endpoint.path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(parts.params?.[name] ?? ''),
  );
  const url = new URL(path, options.url);
  for (const [name, value] of Object.entries(parts.query ?? {})) {
    for (const one of [value ?? []].flat()) url.searchParams.append(name, String(one));
  }
  const response = await fetch(url, {
    method: endpoint.method,
    headers: {
      authorization: `Bearer ${options.token}`,
      ...(parts.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: parts.body === undefined ? null : JSON.stringify(parts.body),
    signal: AbortSignal.any([signal, tooLate].filter((each) => each !== undefined)),
  }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    if (tooLate?.aborted)
      throw new ApiError(`the gateway at ${options.url} took the connection and does not answer`, { cause });
    throw new ApiError(`no gateway answers at ${options.url}; start one with "nightshift up"`, { cause });
  });
  if (response.ok) return response;
  const problem = Problem.safeParse(await response.json().catch(() => undefined));
  const message = problem.success
    ? problem.data.message
    : `${options.url} answered ${response.status} without saying why; is it a nightshift gateway?`;
  throw new ApiError(message, {
    status: response.status,
    ...(problem.success ? { problem: problem.data } : {}),
  });
}

/** It can be other in a second: no answer, a broken gateway, too many requests at once. */
const passes = ({ status }: ApiError): boolean => status === undefined || status >= 500 || status === 429;

async function* watch(
  options: ApiClientOptions,
  workflowId: string,
  signal?: AbortSignal,
): AsyncGenerator<WatchedEvent, void> {
  for (;;) {
    let why = 'the gateway closed the connection';
    try {
      const { body } = await send(options, watchRun, params(workflowId), { signal });
      for await (const { data } of serverSentEvents(body as AsyncIterable<Uint8Array>)) {
        const event = RunEvent.parse(JSON.parse(data));
        yield event;
        if (event.kind === 'end') return;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ApiError && !passes(error)) throw error;
      why = error instanceof Error ? error.message : String(error);
    }
    yield { kind: 'reconnecting', why };
    await sleep(1000, undefined, signal ? { signal } : {});
  }
}
