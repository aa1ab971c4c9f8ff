/** One thing that people are told, in words that every channel can show. Pure. */
import { z } from 'zod';
import { cleanLine } from '../../activities/kit/clean.ts';
import { shortened } from '../../activities/kit/shortened.ts';
import { askedAt, type TellingEvent } from '../../config/index.ts';
import type { News } from '../../ledger/telling.ts';
import { Question, REMINDER } from '../../workflows/messages.ts';
import { Answering, answeringOf } from './answering.ts';

export const Telling = z.object({
  event: z.string(),
  deployment: z.string(),
  /** Absent for what concerns the whole deployment. */
  run: z.string().optional(),
  runbook: z.string().optional(),
  /** Whose the runbook is; absent for the engine's own. */
  owner: z.string().optional(),
  /** What the run is about: the same for everything that is told of it. */
  about: z.string().optional(),
  severity: z.string().optional(),
  /** The id of the question that it is about. */
  question: z.string().optional(),
  /** The incident of PagerDuty that started the run. */
  incident: z.string().optional(),
  /** How a question was closed, and how a run ended. */
  closedAs: z.string().optional(),
  outcome: z.string().optional(),
  /** Of an escalation: which level is asked now; the first asked are level 1. */
  escalation: z.int().optional(),
  /** Of a question that is open: what an answer to it needs. */
  answering: Answering.optional(),
  /** One line. */
  title: z.string(),
  lines: z.array(z.string()),
  /** Roles and people who are asked. */
  asks: z.array(z.string()),
  /** To copy into a terminal. */
  commands: z.array(z.string()),
  at: z.string(),
});
export type Telling = z.output<typeof Telling>;

/** Texts of runbooks and alerts are cut to what a chat shows. */
const LONGEST_LINE = 600;
const CHANGES = 8;

const Facts = z.looseObject({
  questionId: z.string().optional(),
  question: Question.optional(),
  whom: z.array(z.string()).optional(),
  to: z.array(z.string()).optional(),
  closedAs: z.string().optional(),
  outcome: z.string().optional(),
  result: z.unknown().optional(),
  scope: z.object({ kind: z.string(), name: z.string().optional() }).optional(),
  until: z.string().optional(),
  reason: z.string().optional(),
  by: z.string().optional(),
  summary: z.string().optional(),
  target: z.string().optional(),
  cluster: z.string().optional(),
});
type Facts = z.output<typeof Facts>;

/** How a hand-over ends. */
const Reasoned = z.object({ reason: z.string() });

/** What nobody wanted. */
const ENDED_BADLY = ['failed', 'aborted', 'terminated'];

/** Whose a runbook is, by its id. */
export type OwnerOf = (runbook: string | undefined) => string | undefined;

/** What there is to tell of an entry of the record; nothing of a run that only tries. */
export function tellingOf(
  news: News,
  { deployment, ownerOf }: { readonly deployment: string; readonly ownerOf: OwnerOf },
): Telling | undefined {
  const { run } = news;
  if (run?.dryRun) return undefined;
  const facts = Facts.safeParse(news.facts).data ?? {};
  const said = wordsFor(news, facts);
  if (!said) return undefined;
  const frozen = facts.scope?.kind === 'runbook' ? facts.scope.name : undefined;
  const commands = run ? [`nightshift show ${run.workflowId}`] : [];
  return {
    ...{ deployment, at: news.at, asks: [], commands, owner: ownerOf(run?.runbook ?? frozen) },
    ...(run && {
      run: run.workflowId,
      runbook: run.runbook,
      about: cut(run.title),
      // A run that began before its alert's severity was kept has the label.
      severity: run.trigger.alert?.severity ?? run.trigger.alert?.labels['severity'],
      incident: run.trigger.source === 'pagerduty' ? run.trigger.alert?.labels['incident'] : undefined,
    }),
    ...said,
    title: cut(said.title),
    lines: said.lines.filter((line) => line.trim() !== '').map(cut),
  };
}

interface Said
  extends
    Pick<Telling, 'title' | 'lines'>,
    Partial<
      Pick<Telling, 'asks' | 'commands' | 'question' | 'answering' | 'closedAs' | 'outcome' | 'escalation'>
    > {
  readonly event: TellingEvent;
}

function wordsFor({ kind, run, at, question: known }: News, facts: Facts): Said | undefined {
  const question = facts.question ?? Question.safeParse(known).data;
  const about = run ? `${run.title} (${run.workflowId})` : '';
  const { scope } = facts;
  const what = scope?.name ? `${scope.kind} ${scope.name}` : (scope?.kind ?? 'everything');
  if (kind === 'freeze') {
    const { by = 'somebody', reason = '', until } = facts;
    return {
      event: 'freeze',
      title: `Frozen: ${what}. No change begins there`,
      lines: [`${by}: ${reason}`, until ? `until ${until}` : ''],
    };
  }
  if (kind === 'lift') {
    const title = scope ? `A freeze was lifted: ${what}` : 'A freeze was lifted';
    return { event: 'freeze', title, lines: [`by ${facts.by ?? 'somebody'}`] };
  }
  if (kind === 'run-ended' && run) {
    const { outcome = 'ended', result } = facts;
    // What came of a reminder is its answer; one whose check passed stays silent.
    if (run.runbook === REMINDER.runbook && !ENDED_BADLY.includes(outcome)) return undefined;
    return {
      event: ENDED_BADLY.includes(outcome) ? 'failure' : 'end',
      outcome,
      title: `${outcome}: ${run.title}`,
      lines: [run.workflowId, Reasoned.safeParse(result).data?.reason ?? ''],
    };
  }
  if (kind === 'change' && run) {
    const { summary, target, cluster = '' } = facts;
    const lines = [target ?? '', cluster && `on ${cluster}`, about];
    return { event: 'change', title: `Done: ${summary ?? target ?? 'a change'}`, lines };
  }
  if (!question) return undefined;
  if (kind === 'question-closed')
    return {
      event: 'answer',
      question: question.id,
      closedAs: facts.closedAs,
      title: `${facts.closedAs ?? 'closed'}: ${question.title}`,
      lines: [about],
      // Whoever was asked wants to know that it is over.
      asks: askedAt(question, new Date(at)),
    };
  const asked = {
    ...asking(question, run?.workflowId),
    ...(run && { answering: answeringOf(run.workflowId, question) }),
    lines: [about, ...linesOf(question)],
  };
  if (kind === 'question-opened')
    return { ...asked, event: 'question', title: `${question.from.join(', ')}: ${question.title}` };
  if (kind === 'question-reminded')
    return {
      ...asked,
      event: 'reminder',
      title: `Nobody has answered yet: ${question.title}`,
      asks: facts.whom ?? question.from,
    };
  return {
    ...asked,
    event: 'escalation',
    escalation: levelOf(question, facts.to ?? []),
    title: `${(facts.to ?? []).join(', ')}, now asked as well: ${question.title}`,
    asks: facts.to ?? question.from,
  };
}

/** The first asked are level 1, and each step of the chain is one more. */
function levelOf({ escalation }: Question, to: readonly string[]): number {
  const step = escalation.findIndex((each) => each.to.join() === to.join());
  return Math.max(step, 0) + 2;
}

const asking = (
  { id, from, kind }: Question,
  run = '',
): Required<Pick<Said, 'asks' | 'commands' | 'question'>> => ({
  question: id,
  asks: from,
  commands: [
    `nightshift questions ${run}`,
    ...(kind === 'approve' ? [`nightshift approve ${run}`] : []),
    ...(kind === 'reminder' ? [`nightshift answer ${run} close --reason "…"`] : []),
  ],
});

function linesOf({ plan, deadline, silence }: Question): string[] {
  const changes = plan?.changes ?? [];
  const more = changes.length - CHANGES;
  return [
    ...changes.slice(0, CHANGES).map(({ summary }, i) => `${i + 1}. ${summary}`),
    more > 0 ? `and ${more} more` : '',
    plan ? `on ${plan.cluster}` : '',
    deadline ? `until ${deadline}. ${silence}` : silence,
  ];
}

/** One line in which nothing turns around, hides or drives a terminal: also what is pasted from a mail. */
const cut = (text: string): string => shortened(cleanLine(text).replace(/\s+/g, ' ').trim(), LONGEST_LINE);
