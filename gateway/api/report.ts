import { z } from 'zod';
import { MILESTONES, RunOutcome } from '../../workflows/messages.ts';
import { endpoint } from './endpoint.ts';

/** What is measured of an incident; ledger/milestones.ts says from when to when. */
export const SPANS = ['detect', 'acknowledge', 'mitigate', 'resolve'] as const;
export type Span = (typeof SPANS)[number];

/** In milliseconds, over the incidents of which it is known. */
export const Percentiles = z.object({
  known: z.int().nonnegative(),
  p50: z.number().optional(),
  p90: z.number().optional(),
});
export type Percentiles = z.output<typeof Percentiles>;
const Times = z.record(z.enum(SPANS), Percentiles);

export const RunbookTimes = z.object({
  runbook: z.string(),
  incidents: z.int().nonnegative(),
  times: Times,
  /** The same in equal parts of the time, oldest first. */
  trend: z.array(z.object({ from: z.string(), incidents: z.int().nonnegative(), times: Times })),
});
export type RunbookTimes = z.output<typeof RunbookTimes>;

const Known = z.union([z.object({ at: z.string(), because: z.string() }), z.object({ unknown: z.string() })]);

/** A run with the moments of its incident, each with the fact that it rests on. */
export const IncidentView = z.object({
  workflowId: z.string(),
  runbook: z.string(),
  title: z.string(),
  outcome: RunOutcome.optional(),
  receivedAt: z.string(),
  milestones: z.record(z.enum(MILESTONES), Known),
});
export type IncidentView = z.output<typeof IncidentView>;

/** Answers with one HTML file that loads and runs nothing. */
export const showIncidentPage = endpoint({
  method: 'GET',
  path: '/api/runs/:workflowId/report',
  scope: 'read',
  summary: 'The incident report of a run as a page: times, findings, decisions, changes, artefacts',
  params: z.object({ workflowId: z.string().min(1).max(1000) }),
  response: z.unknown(),
});

/** Incidents that one report is made from, at most: the newest. */
export const MOST_INCIDENTS = 5_000;

export const showReport = endpoint({
  method: 'GET',
  path: '/api/report',
  scope: 'read',
  summary:
    'How long incidents took to be detected, acknowledged, mitigated and resolved, by runbook and over time',
  query: z.strictObject({
    runbook: z.string().optional(),
    days: z.coerce.number<string | number>().int().min(1).max(3650).default(90),
    parts: z.coerce.number<string | number>().int().min(1).max(52).default(12),
  }),
  response: z.object({
    since: z.string(),
    until: z.string(),
    /** True where there were more than are counted: the oldest are left out. */
    cut: z.boolean(),
    runbooks: z.array(RunbookTimes),
  }),
});
export type ReportView = z.output<typeof showReport.response>;

export const showMilestones = endpoint({
  method: 'GET',
  path: '/api/runs/:workflowId/milestones',
  scope: 'read',
  summary:
    'When the incident of a run began, was detected, acknowledged, mitigated and resolved, and what says so',
  params: z.object({ workflowId: z.string().min(1).max(1000) }),
  response: IncidentView,
});
