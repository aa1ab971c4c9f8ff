import { run } from './current-run.ts';
import {
  MILESTONE,
  TOPOLOGY,
  type JournalEntry,
  type MilestoneFacts,
  type TopologyFacts,
} from './messages.ts';
import { topologyFacts } from './topology-facts.ts';

/** A fact, with the evidence that it rests on. */
export function finding(title: string, { evidence }: { readonly evidence: unknown }): void {
  run.journal.say({ kind: 'finding', name: 'finding', text: title, facts: { evidence } });
}

/** Free text for people, kept in the record. */
export function note(text: string): void {
  run.journal.say({ kind: 'note', name: 'note', text });
}

/**
 * When users began to feel it, were well again, or the cause was gone: an ISO 8601 moment with the fact that it rests
 * on. What a run says goes before what the ledger would take for it; said twice, the last counts.
 */
export function milestone(what: MilestoneFacts['milestone'], at: string, because: string): void {
  const facts: MilestoneFacts = { milestone: what, at: new Date(at).toISOString(), because };
  run.journal.say({
    kind: 'note',
    name: MILESTONE,
    text: `${what.replace('-', ' ')} ${facts.at}: ${because}`,
    facts,
  });
}

/**
 * What stands where, as the run read it, and what of it is broken: the report of the incident draws it. Said twice, the
 * last counts. Of more than can be drawn (60 pods, fewer where names are long) what is broken comes first.
 */
export function topology(text: string, seen: Omit<TopologyFacts, 'left' | 'leftBroken'>): void {
  run.journal.say({ kind: 'note', name: TOPOLOGY, text, facts: topologyFacts(seen) });
}

/** The run's story so far, oldest first: what an incident report is written from. */
export function journal(): readonly JournalEntry[] {
  return run.journal.entries.map((entry) => ({ ...entry }));
}

/** Facts of the start: what raised it and when. */
export function trigger(): {
  readonly source: string;
  readonly alertStartedAt: string | undefined;
  readonly alert: string | undefined;
  readonly startedAt: string;
  readonly run: string;
} {
  const { trigger: by } = run.start!;
  return {
    source: by.source,
    alertStartedAt: by.alert?.startedAt,
    alert: by.alert?.name,
    startedAt: run.startedAt,
    run: run.workflowId,
  };
}
