/**
 * A gateway of a few lines for tests of the command line: it speaks the API by its own endpoint descriptions (every
 * answer passes the endpoint's schema), and keeps what it was asked. The real one is in the integration tests.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Endpoint } from '../../gateway/api/endpoint.ts';
import { alertHistory } from '../../gateway/api/alerts.ts';
import { freeze, liftFreeze, listFreezes } from '../../gateway/api/freezes.ts';
import { whoIsOnCall } from '../../gateway/api/on-call.ts';
import { STATUS_OF, type ProblemCode } from '../../gateway/api/problem.ts';
import { decide, listQuestions, type QuestionView } from '../../gateway/api/questions.ts';
import { listLeftovers } from '../../gateway/api/leftovers.ts';
import { exportRecord } from '../../gateway/api/records.ts';
import { listRunbooks } from '../../gateway/api/runbooks.ts';
import { cancelRun, listRuns, showRun, startRun, stopRun, type RunDetail } from '../../gateway/api/runs.ts';
import { listSchedules, pauseSchedule, resumeSchedule } from '../../gateway/api/schedules.ts';
import {
  closeReminder,
  listReminders,
  postponeReminder,
  reopenReminder,
  setReminder,
} from '../../gateway/api/reminders.ts';
import { listTold, tellChannel } from '../../gateway/api/told.ts';
import { createToken, listTokens, whoAmI } from '../../gateway/api/tokens.ts';

export interface Asked {
  readonly path: string;
  readonly body: unknown;
  readonly authorization: string | undefined;
}

export interface SmallGateway {
  readonly url: string;
  readonly asked: Asked[];
  details: RunDetail[];
  questions: QuestionView[];
  /** Exported records, by run. */
  records: Record<string, unknown>;
  /** What `decide` answers, or the problem that it is refused with. */
  decision: unknown;
  /** What each connection to a run's events sends, one array a connection. */
  events: (readonly unknown[])[];
  close(): Promise<void>;
}

export class Refusal extends Error {
  readonly code: ProblemCode;
  constructor(code: ProblemCode, message: string) {
    super(message);
    this.code = code;
  }
}

const onCallIn = ({ searchParams }: URL) => ({
  at: searchParams.get('at') ?? '2026-11-21T02:57:00.000Z',
  roles: [
    {
      role: 'payments-oncall',
      timeZone: 'UTC',
      now: { people: [{ person: 'ana', name: 'Ana Alder' }] },
      next: [
        { at: '2026-11-21T09:00:00.000Z', people: [{ person: 'bo', name: 'bo' }], why: 'swapped' },
        { at: '2026-11-23T09:00:00.000Z', people: [] },
      ].slice(0, Number(searchParams.get('next'))),
    },
  ],
});

const nightly = {
  ...{ runbook: 'node-check', title: 'Nodes are well', overlap: 'skip', catchUp: '10 minutes' },
  ...{ when: '0 6 * * *', timeZone: 'UTC', next: ['2026-11-21T06:00:00.000Z'] },
};
const SCHEDULES = [
  {
    ...nightly,
    id: 'node-check:nightly',
    last: {
      ...{
        at: '2026-11-20T06:00:00.000Z',
        workflowId: 'node-check/all/7',
        status: 'ended',
        outcome: 'completed',
      },
      missedSince: '2026-11-18T06:00:00.000Z',
    },
  },
  {
    ...nightly,
    id: 'node-check:weekly',
    last: { at: '2026-11-20T06:00:00.000Z', skipped: 'node-check/all/7 had not ended' },
    paused: { since: '2026-11-21T02:00:00.000Z', by: 'ana', reason: 'move' },
  },
];

const reminder = {
  ...{ id: 'reminder-7f3a', text: 'Is the memory limit raised?', to: 'payments-oncall' },
  ...{ said: 'next working day 09:30', dueAt: '2026-11-23T08:30:00.000Z' },
  ...{ setBy: 'sick/shop/1', setAt: '2026-11-21T02:50:00.000Z', workflowId: 'sick/shop/1' },
};
const REMINDERS = [
  reminder,
  { ...reminder, id: 'reminder-8a1b', dueAt: '2026-11-20T08:30:00.000Z', askedBy: 'reminder/x/1' },
  {
    ...{ ...reminder, id: 'reminder-9c2d' },
    closed: { at: '2026-11-20T09:00:00.000Z', as: 'closed', by: 'ana', reason: 'it is' },
  },
];

const told = {
  ...{ id: 'm-1', channel: 'payments-chat', workflowId: 'sick/shop/1', event: 'question', attempts: 1 },
  ...{ title: 'payments-oncall: Move it', createdAt: '2026-11-21T02:50:00.000Z' },
};
const TOLD = [
  { ...told, deliveredAt: '2026-11-21T02:50:01.000Z' },
  { ...told, id: 'm-2', attempts: 3, problem: 'it answered 503' },
  { ...told, id: 'm-3', givenUpAt: '2026-11-21T02:50:01.000Z', problem: 'it answered 404' },
  { ...told, id: 'm-4', attempts: 0 },
];

/** Of the alert `Never` nothing is known. */
const LENGTHS = { medianSeconds: 300, longestSeconds: 1_800 };
/** How often each alert of these fired, of how many times no end was received, and how long the others took. */
const FIRED: Readonly<Record<string, object>> = {
  Quiet: { times: 5, firing: 0, firingSince: null, ...LENGTHS },
  Once: { times: 1, firing: 1, medianSeconds: null, longestSeconds: null },
  Ended: { times: 1, firing: 0, firingSince: null, medianSeconds: 300, longestSeconds: 300 },
  Storm: { times: 9, firing: 3, ...LENGTHS },
};

const historyIn = ({ searchParams }: URL) =>
  searchParams.get('name') === 'Never'
    ? { state: 'unknown', why: 'never-received', reason: 'no such alert was received' }
    : {
        ...{ state: 'known', from: '2026-11-14T02:57:00.000Z', until: '2026-11-21T02:57:00.000Z' },
        ...{ firingSince: '2026-11-21T02:47:00.000Z', truncated: false },
        ...(FIRED[searchParams.get('name') ?? ''] ?? { times: 60, firing: 1, ...LENGTHS }),
        flapping: { flaps: true, lately: 4, atWorst: 4, reason: 'it began to fire 4 times in the last 1h' },
        outcomes: { completed: 3, open: 1 },
        fired: searchParams.getAll('label').map((label, i) => ({
          ...{ name: 'HighErrorRate', source: 'alertmanager', fingerprint: 'f', labels: { of: label } },
          ...{ from: '2026-11-21T02:47:00.000Z', state: i === 0 ? 'firing' : 'end-unknown' },
          ...{ seconds: i === 0 ? 600 : null, runs: [] },
        })),
      };

export async function startSmallGateway(): Promise<SmallGateway> {
  const gateway: Omit<SmallGateway, 'url' | 'close'> = {
    asked: [],
    details: [],
    questions: [],
    records: {},
    decision: undefined,
    events: [],
  };
  const routes: readonly (readonly [Endpoint, (request: { params: string[]; url: URL }) => unknown])[] = [
    [
      whoAmI,
      () => ({
        person: 'ana',
        roles: ['payments-oncall'],
        scopes: ['read'],
        expiresAt: '2027-01-01T00:00:00Z',
        deployment: 'test',
      }),
    ],
    [listRunbooks, () => ({ runbooks: [] })],
    [alertHistory, ({ url }) => historyIn(url)],
    [listRuns, () => ({ runs: gateway.details.map((d) => d.run) })],
    [startRun, () => gateway.details[0]?.run],
    [showRun, ({ params: [id] }) => gateway.details.find((d) => d.run.workflowId === id) ?? notFound(id)],
    [exportRecord, ({ params: [id] }) => gateway.records[id ?? ''] ?? noRecord(id)],
    [cancelRun, () => ({ cancelling: true })],
    [stopRun, () => ({ stopped: true })],
    [
      listQuestions,
      ({ url }) => ({
        questions: gateway.questions.filter(
          (q) =>
            q.status === (url.searchParams.get('status') ?? q.status) &&
            q.workflowId === (url.searchParams.get('workflowId') ?? q.workflowId),
        ),
      }),
    ],
    [
      decide,
      () => {
        if (gateway.decision instanceof Refusal) throw gateway.decision;
        return gateway.decision;
      },
    ],
    [listFreezes, () => ({ freezes: [] })],
    [
      freeze,
      () => ({
        id: 'freeze-1',
        scope: { kind: 'everything' },
        reason: 'r',
        by: 'ana',
        since: '2026-11-21T00:00:00Z',
      }),
    ],
    [liftFreeze, () => ({ lifted: true })],
    [listSchedules, () => ({ schedules: SCHEDULES })],
    [pauseSchedule, () => ({ paused: true })],
    [resumeSchedule, () => ({ paused: false })],
    [whoIsOnCall, ({ url }) => onCallIn(url)],
    [listLeftovers, () => ({ leftovers: [] })],
    [
      listReminders,
      ({ url }) => ({
        reminders: url.searchParams.get('all') === 'true' ? REMINDERS : REMINDERS.slice(0, 2),
      }),
    ],
    [setReminder, () => REMINDERS[0]],
    [closeReminder, () => REMINDERS[2]],
    [postponeReminder, () => REMINDERS[0]],
    [reopenReminder, () => gateway.details[0]?.run],
    [tellChannel, () => ({ id: 'm-test' })],
    [listTold, ({ url }) => ({ told: TOLD.slice(0, Number(url.searchParams.get('limit'))) })],
    [listTokens, () => ({ tokens: [] })],
    [
      createToken,
      () => ({
        token: {
          id: 't1',
          person: 'ana',
          scopes: ['read'],
          createdAt: '2026-11-21T00:00:00Z',
          expiresAt: '2027-01-01T00:00:00Z',
        },
        secret: 'nst_secret',
      }),
    ],
  ];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const body = await text(request);
    gateway.asked.push({
      path: `${request.method} ${decodeURIComponent(url.pathname)}`,
      body: body === '' ? undefined : JSON.parse(body),
      authorization: request.headers.authorization,
    });
    if (url.pathname.endsWith('/events')) return stream(response);
    for (const [endpoint, make] of routes) {
      const match = request.method === endpoint.method && pattern(endpoint).exec(url.pathname);
      if (!match) continue;
      try {
        const value: unknown = endpoint.response.parse(
          make({ params: match.slice(1).map(decodeURIComponent), url }),
        );
        return send(response, endpoint.status ?? 200, value);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return send(response, STATUS_OF[error.code], { code: error.code, message: error.message });
      }
    }
    send(response, 404, { code: 'not-found', message: `nothing at ${url.pathname}` });
  }

  function stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of gateway.events.shift() ?? []) {
      response.write(`event: ${(event as { kind: string }).kind}\ndata: ${JSON.stringify(event)}\n\n`);
    }
    response.end();
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) =>
      send(response, 500, { code: 'internal', message: String(error) }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(gateway, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}

const pattern = ({ path }: Endpoint): RegExp => new RegExp(`^${path.replace(/:\w+/g, '([^/]+)')}$`);

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function noRecord(id: string | undefined): never {
  throw new Refusal('not-found', `the log has no entry of a run "${id}"`);
}

function notFound(id: string | undefined): never {
  throw new Refusal('no-such-run', `there is no run "${id}"`);
}
