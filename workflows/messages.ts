/**
 * What a run and the outside say to each other: statements that are signed, questions, the state that can be read while
 * it runs. Data only, imported by engine, worker, gateway, ledger and CLI alike.
 */
import { z } from 'zod';
import { hashOf, PlanDigest, PlannedChange, Risk } from '../activities/kit/index.ts';

const Instant = z.iso.datetime();

/** The exact bytes that were signed (canonical JSON of a statement), and an Ed25519 signature over them in base64. */
export const Signed = z.object({ statement: z.string(), signature: z.string(), keyId: z.string() });
export type Signed = z.output<typeof Signed>;

export const Trigger = z.object({
  kind: z.enum(['alert', 'person', 'reminder', 'run', 'schedule']),
  /** `alertmanager`, `pagerduty`, `cli`, ... */
  source: z.string(),
  /** False for a webhook that nobody signed: such a run earns no grant by policy beyond `notify`. */
  authenticated: z.boolean(),
  /** Who asked, for a run that a person started, and for those that it started. */
  person: z.string().optional(),
  /** The run that started it. */
  run: z.string().optional(),
  /** The schedule that started it, and the moment by it. */
  schedule: z.object({ id: z.string(), at: Instant }).optional(),
  alert: z
    .object({
      id: z.string(),
      name: z.string(),
      /** In the words of its source. */
      severity: z.string().optional(),
      startedAt: Instant,
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
      link: z.string().optional(),
    })
    .optional(),
});
export type Trigger = z.output<typeof Trigger>;

/** What the gateway signs to start a run. A run without it is refused. */
export const StartStatement = z
  .object({
    domain: z.literal('nightshift/start/v1'),
    deployment: z.string(),
    workflowId: z.string(),
    runbook: z.string(),
    input: z.json(),
    trigger: Trigger,
    /** Shows plans and carries none out. */
    dryRun: z.boolean(),
    /** A dry run that stays until its alert resolves, and looks what is done instead. */
    shadow: z.literal(true).optional(),
    issuedAt: Instant,
  })
  .refine(({ dryRun, shadow }) => dryRun || !shadow, { error: 'a run in shadow is a dry run' });
export type StartStatement = z.output<typeof StartStatement>;

/** What a person said, as the gateway signs it after authenticating them. */
export const DecisionStatement = z.object({
  domain: z.literal('nightshift/decision/v1'),
  deployment: z.string(),
  workflowId: z.string(),
  questionId: z.string(),
  /** `questionHash` of the question that the person saw: it covers plan, quorum, roles and deadline. */
  questionHash: z.string(),
  /** The plan's hash, or '' where the question has no plan. */
  planHash: z.string(),
  answer: z.string(),
  /** With `approve`: only the changes at these places of the plan (from 0). All of them when absent. */
  positions: z.array(z.number().int().nonnegative()).min(1).optional(),
  /** With `more-time`: how much, in minutes. */
  minutes: z.number().int().positive().optional(),
  reason: z.string(),
  person: z.string(),
  authenticatedBy: z.string(),
  issuedAt: Instant,
  /** A run counts it no later; what it granted has an expiry of its own. */
  expiresAt: Instant,
  nonce: z.string(),
});
export type DecisionStatement = z.output<typeof DecisionStatement>;

/** Only for finding the question of an answer that nobody has verified. */
export const OfQuestion = DecisionStatement.pick({ questionId: true });

/** What a person said who let another stand in for them, as the gateway signs it. */
export const DelegationStatement = z.object({
  domain: z.literal('nightshift/delegation/v1'),
  deployment: z.string(),
  id: z.string(),
  /** A role that `from` holds; `to` answers for it while `from` does. */
  role: z.string(),
  from: z.string(),
  to: z.string(),
  since: Instant,
  until: Instant,
  reason: z.string(),
  authenticatedBy: z.string(),
});
export type DelegationStatement = z.output<typeof DelegationStatement>;

/** Any of these closes a question at once, whatever the quorum; also those whom four eyes exclude may say them. */
export const REFUSALS: readonly string[] = ['reject', 'abort'];

export const QUESTION_KINDS = ['approve', 'hold', 'undo', 'reminder'] as const;

/** A question as people see it. `id` is unique in its run. */
export const Question = z.object({
  id: z.string(),
  kind: z.enum(QUESTION_KINDS),
  title: z.string(),
  /** What led here, as Markdown: findings so far, the failure of a hold, the delta of a plan that is asked again. */
  body: z.string(),
  options: z.array(z.object({ answer: z.string(), meaning: z.string() })),
  /** Roles (or people) who may answer; whoever it was escalated to is added. */
  from: z.array(z.string()),
  /** How many different people have to agree, in all. */
  quorum: z.number().int().positive(),
  /** Among them so many of each of these roles; one person fills one place. */
  needs: z.array(z.object({ from: z.string(), people: z.number().int().positive() })),
  /** Who does not count here although asked (four eyes), and why. */
  excluded: z.array(z.object({ person: z.string(), why: z.string() })),
  /** When the policy was asked who has to agree, and why it wants so many; for a plan. */
  consent: z.object({ at: Instant, because: z.string().optional() }).optional(),
  openedAt: Instant,
  /** No answer by then is a no; `extensions` move it. */
  deadline: Instant.optional(),
  /** From when on who is asked as well. */
  escalation: z.array(z.object({ at: Instant, to: z.array(z.string()) })),
  /** Who asked for more time, and how much; in force since the run counted it. */
  extensions: z.array(z.object({ person: z.string(), minutes: z.number().int().positive() })),
  /** Who has answered so far, and what is still missing, in words. Absent until somebody has. */
  standing: z
    .object({
      votes: z.array(z.object({ person: z.string(), answer: z.string() })),
      missing: z.string(),
    })
    .optional(),
  /** What happens if nobody answers. */
  silence: z.string(),
  plan: z
    .object({
      hash: z.string(),
      digest: PlanDigest,
      /** Where it would happen. */
      cluster: z.string(),
      changes: z.array(PlannedChange),
      putBacks: z.array(PlannedChange),
      risk: Risk,
      /** True when a part of the changes may be approved. */
      inPart: z.boolean(),
      expiresAt: Instant,
    })
    .optional(),
});
export type Question = z.output<typeof Question>;

/** The part of a question that a decision is bound to. Texts for the reader are not in it. */
export type QuestionTerms = Pick<
  Question,
  | 'id'
  | 'kind'
  | 'title'
  | 'options'
  | 'from'
  | 'quorum'
  | 'needs'
  | 'excluded'
  | 'consent'
  | 'openedAt'
  | 'deadline'
  | 'escalation'
> & {
  readonly plan?: Pick<NonNullable<Question['plan']>, 'hash' | 'inPart' | 'expiresAt'> | undefined;
};

export const questionHash = (workflowId: string, q: QuestionTerms): string =>
  hashOf({
    workflowId,
    id: q.id,
    kind: q.kind,
    title: q.title,
    options: q.options.map((o) => o.answer),
    from: q.from,
    quorum: q.quorum,
    needs: q.needs,
    excluded: q.excluded.map((e) => e.person),
    consentAt: q.consent?.at ?? null,
    openedAt: q.openedAt,
    deadline: q.deadline ?? null,
    escalation: q.escalation,
    plan: q.plan?.hash ?? null,
    inPart: q.plan?.inPart ?? false,
    expiresAt: q.plan?.expiresAt ?? null,
  });

/** What a run answers to a decision. A refusal says why in the person's words and was recorded. */
export const DecisionOutcome = z.discriminatedUnion('counted', [
  z.object({
    counted: z.literal(true),
    votes: z.number().int(),
    needed: z.number().int(),
    closed: z.boolean(),
    /** Who still has to agree, in words; absent when nobody. */
    missing: z.string().optional(),
    /** The new deadline, after `more-time`. */
    until: Instant.optional(),
  }),
  z.object({
    counted: z.literal(false),
    why: z.string(),
    /** Nobody's answer counts any more: the question is closed, or the run is over. */
    code: z.literal('too-late').optional(),
  }),
]);
export type DecisionOutcome = z.output<typeof DecisionOutcome>;

/** One line of a run's story, in order. `at` and `endedAt` are the run's own clock. */
export const JournalEntry = z.object({
  seq: z.number().int(),
  at: Instant,
  endedAt: Instant.optional(),
  kind: z.enum([
    'read',
    'check',
    'propose',
    'question',
    'decision',
    'change',
    'hold',
    'finding',
    'note',
    'reminder',
    'wait',
    'alert',
    'run',
    'end',
  ]),
  /** `kubernetes.listPods`, or the question's id. */
  name: z.string(),
  text: z.string(),
  status: z.enum(['running', 'waiting', 'ok', 'failed', 'skipped', 'unknown']),
  /** Target, risk, verdict, person, evidence: small JSON for screens and the record. */
  facts: z.record(z.string(), z.json()).optional(),
});
export type JournalEntry = z.output<typeof JournalEntry>;

/** The name of the note with which a run says that it has used much of its history. */
export const LONG_HISTORY = 'long history';

/** The moments of an incident, in their order. */
export const MILESTONES = ['impact-began', 'detected', 'acknowledged', 'mitigated', 'resolved'] as const;
export type Milestone = (typeof MILESTONES)[number];

/** The name of the note with which a run says when one of them was, and its facts. */
export const MILESTONE = 'milestone';
export const MilestoneFacts = z.object({
  milestone: z.enum(['impact-began', 'mitigated', 'resolved']),
  at: Instant,
  /** The fact that it rests on. */
  because: z.string(),
});
export type MilestoneFacts = z.output<typeof MilestoneFacts>;

/** The name of the note with which a run says what stands where and what of it is broken, and its facts: a report draws them. */
export const TOPOLOGY = 'topology';
export const TopologyFacts = z.object({
  services: z
    .array(z.object({ name: z.string(), broken: z.boolean(), calls: z.array(z.string()).max(10) }))
    .max(10),
  /** Those that are broken first; `service` is whose they are. */
  pods: z
    .array(
      z.object({ name: z.string(), service: z.string(), node: z.string().nullable(), broken: z.boolean() }),
    )
    .max(60),
  nodes: z.array(z.object({ name: z.string(), broken: z.boolean() })).max(60),
  /** Pods beside these. */
  left: z.int().nonnegative(),
  leftBroken: z.int().nonnegative(),
});
export type TopologyFacts = z.output<typeof TopologyFacts>;

export const RUN_OUTCOMES = [
  'completed',
  'handed-over',
  'stopped',
  'rejected',
  'aborted',
  'cancelled',
  'failed',
  'terminated',
] as const;
export const RunOutcome = z.enum(RUN_OUTCOMES);
export type RunOutcome = z.output<typeof RunOutcome>;

/** The answer of the `state` query. */
export const RunState = z.object({
  workflowId: z.string(),
  runbook: z.string(),
  title: z.string(),
  startedAt: Instant,
  /** What it does now, in words. */
  doing: z.string(),
  waitingFor: z
    .object({ what: z.string(), whom: z.array(z.string()), since: Instant, until: Instant.optional() })
    .optional(),
  questions: z.array(Question),
  journal: z.array(JournalEntry),
  /** How many earlier lines and questions are not shown, where all of them are too much for one answer. */
  cut: z.object({ journal: z.number().int(), questions: z.number().int() }).optional(),
  /** In words, how much of Temporal's history limits it has used; from 8% on. */
  history: z.string().optional(),
  outcome: RunOutcome.optional(),
});
export type RunState = z.output<typeof RunState>;

/** Names of updates, signals and queries, used by both sides. */
export const MESSAGES = {
  /** Update (and a signal of the same meaning): argument `Signed` of a DecisionStatement, answer `DecisionOutcome`. */
  decide: 'decide',
  decideSignal: 'decideBySignal',
  /** Signal: the alert that started the run came again, or ended. Argument `AlertNews`. */
  alert: 'alert',
  /** Signal without argument: look at the ledger, somebody stopped this run. */
  stop: 'stop',
  /** Signal without argument: look at the ledger, somebody took this run over or gave it back. */
  hands: 'hands',
  /** Query: `RunState`. */
  state: 'state',
  /** Query: argument a line's `seq`, answer the `JournalEntry`s before it, as many of the last ones as fit. */
  earlier: 'earlier',
} as const;

export const AlertNews = z.object({
  kind: z.enum(['repeated', 'resolved']),
  alertId: z.string(),
  at: Instant,
});
export type AlertNews = z.output<typeof AlertNews>;

/** The engine's own runbook, which the gateway starts about what a run has left behind. */
export const LEFT_BEHIND = { runbook: 'left-behind', title: 'Something was left behind' } as const;

/** The other one: it asks about what somebody is to be reminded of. */
export const REMINDER = { runbook: 'reminder' } as const;

export const WORKFLOW_TASK_QUEUE = 'nightshift';
export const CHANGE_TASK_QUEUE = 'nightshift-changes';
