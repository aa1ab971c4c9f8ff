/** A run that has been played to its end, and the sentences that a test says about it. */
import { isDeepStrictEqual } from 'node:util';
import { isAtLeast, type Duration, type Risk } from '../../activities/kit/index.ts';
import { drawRun, type GraphFormat } from '../../cli/graph/draw.ts';
import type { Leftover } from '../../ledger/api.ts';
import type { JournalEntry, Question, RunOutcome } from '../../workflows/messages.ts';
import { fits } from '../people/person.ts';
import type { Asked } from '../people/audience.ts';
import { claim, list, shown } from './run-assertion.ts';
import { storyOf } from './story.ts';

/** A change that was really made, in the order in which they were. */
export interface Effect {
  /** Names it for ever: run, plan and place in it. */
  readonly operation: string;
  readonly step: string;
  readonly target: string;
  readonly risk: Risk;
  readonly summary: string;
}

export interface Played {
  readonly workflowId: string;
  /** The runbook's. */
  readonly title: string;
  readonly outcome: RunOutcome;
  readonly result: unknown;
  readonly journal: readonly JournalEntry[];
  readonly asked: readonly Asked[];
  readonly effects: readonly Effect[];
  readonly leftovers: readonly Leftover[];
}

type Text = string | RegExp;
/** The methods that a test says: an error's stack begins where it said one. */
type Sentence = Exclude<
  { [K in keyof PlayedRun]: PlayedRun[K] extends (...a: never[]) => unknown ? K : never }[keyof PlayedRun],
  undefined
>;

export class PlayedRun {
  readonly workflowId: string;
  /** What `run` returned, or why it ended otherwise. */
  readonly result: unknown;
  readonly outcome: RunOutcome;
  readonly journal: readonly JournalEntry[];
  readonly #played: Played;

  constructor(played: Played) {
    this.#played = played;
    this.workflowId = played.workflowId;
    this.result = played.result;
    this.outcome = played.outcome;
    this.journal = played.journal;
  }

  /** The journal, one line an entry. */
  get story(): string {
    return storyOf(this.journal);
  }

  /**
   * The way that it took, as `nightshift runbook graph` draws it: a Mermaid flowchart, or an SVG picture of its own.
   * Ends with a line break, ready for a file.
   */
  graph(format: GraphFormat = 'mermaid'): string {
    return drawRun(this.journal, { format, title: this.#played.title });
  }

  /** It ended so; and where a text is given, with this result or reason. */
  ended(outcome: RunOutcome, saying?: Text): this {
    const { result } = this;
    const said = typeof result === 'string' ? result : shown(result);
    const reason = (result as { reason?: unknown } | null)?.reason;
    const told = typeof reason === 'string' ? reason : said;
    return this.#claim(
      this.outcome === outcome && (saying === undefined || fits(saying, told)),
      `the run should have ended as ${outcome}${saying === undefined ? '' : `, saying ${String(saying)}`}`,
      `It ended as ${this.outcome}: ${said}`,
      'ended',
    );
  }

  returned(result: unknown): this {
    return this.#claim(
      isDeepStrictEqual(this.result, result),
      `the run should have returned ${shown(result)}`,
      `It returned ${shown(this.result)}`,
      'returned',
    );
  }

  /** Exactly these changes of risk `reversible` or graver were made, in this order: their summaries, as plans show them. */
  changed(...summaries: readonly string[]): this {
    const made = this.#made((risk) => isAtLeast(risk, 'reversible'));
    return this.#claim(
      isDeepStrictEqual(made, summaries),
      `the run should have changed:${list(summaries)}`,
      `It changed:${list(made)}`,
      'changed',
    );
  }

  changedNothing(): this {
    const made = this.#made((risk) => isAtLeast(risk, 'reversible'));
    return this.#claim(
      made.length === 0,
      'the run should have changed nothing',
      `It changed:${list(made)}`,
      'changedNothing',
    );
  }

  /** Exactly these changes of risk `notify` and `diagnostic` were made, in this order: people told, probes placed. */
  alsoDid(...summaries: readonly string[]): this {
    const made = this.#made((risk) => !isAtLeast(risk, 'reversible'));
    return this.#claim(
      isDeepStrictEqual(made, summaries),
      `the run should have told and probed:${list(summaries)}`,
      `It did:${list(made)}`,
      'alsoDid',
    );
  }

  /** People were asked to approve a plan of this title; and where summaries are given, of exactly these changes. */
  proposed(title: Text, summaries?: readonly string[]): NonNullable<Question['plan']> {
    const plans = this.#questions.filter((q) => q.plan);
    const found = plans.find((q) => fits(title, q.title));
    const changes = found?.plan?.changes.map((c) => c.summary) ?? [];
    const asPlan = (q: Question) => `${q.title}: ${q.plan!.changes.map((c) => c.summary).join(', ')}`;
    this.#claim(
      found !== undefined && (summaries === undefined || isDeepStrictEqual(changes, summaries)),
      `the run should have proposed ${String(title)}${summaries ? `, which is:${list(summaries)}` : ''}`,
      `It proposed:${list(plans.map(asPlan))}`,
      'proposed',
    );
    return found!.plan!;
  }

  proposedNothing(): this {
    const plans = this.#questions.filter((q) => q.plan).map((q) => q.title);
    return this.#claim(
      plans.length === 0,
      'the run should have proposed nothing',
      `It proposed:${list(plans)}`,
      'proposedNothing',
    );
  }

  /** A question of this title was asked, and where `of` is given, of this role or person first. */
  asked(title: Text, { of: whom }: { readonly of?: string } = {}): Question {
    const found = this.#questions.find((q) => fits(title, q.title) && (!whom || q.from.includes(whom)));
    this.#claim(
      found !== undefined,
      `the run should have asked ${whom ? `${whom} ` : ''}${String(title)}`,
      `It asked:${list(this.#questions.map((q) => `${q.title} (of ${q.from.join(', ')})`))}`,
      'asked',
    );
    return found!;
  }

  askedNobody(): this {
    const titles = this.#questions.map((q) => q.title);
    return this.#claim(
      titles.length === 0,
      'the run should have asked nobody',
      `It asked:${list(titles)}`,
      'askedNobody',
    );
  }

  /** An answer of this person did not count, with this reason. */
  refused(person: string, why: Text): this {
    const refused = this.#played.asked
      .flatMap((a) => a.replies)
      .flatMap(({ person: by, outcome }) => (outcome.counted ? [] : [{ by, why: outcome.why }]));
    return this.#claim(
      refused.some((r) => r.by === person && fits(why, r.why)),
      `an answer of ${person} should have been refused: ${String(why)}`,
      `Refused were:${list(refused.map((r) => `${r.by}: ${r.why}`))}`,
      'refused',
    );
  }

  found(finding: Text): this {
    return this.#said('finding', finding, 'found');
  }

  noted(text: Text): this {
    return this.#said('note', text, 'noted');
  }

  /** A check of this title passed. */
  checked(title: Text): this {
    const checks = this.journal.filter((e) => e.kind === 'check');
    return this.#claim(
      checks.some((e) => e.status === 'ok' && fits(title, e.text)),
      `the check ${String(title)} should have passed`,
      `Its checks:${list(checks.map((e) => `${e.text} (${e.status})`))}`,
      'checked',
    );
  }

  /** `in` or `at`: when, in the words of the runbook. */
  reminds(
    text: Text,
    o: { readonly of?: string } & ({ readonly in?: Duration } | { readonly at?: string }) = {},
  ): this {
    const { of: whom } = o;
    const when = { in: undefined, at: undefined, ...o };
    const wait = when.in ? `in ${when.in}` : when.at ? `at ${when.at}` : undefined;
    const set = this.journal.filter((e) => e.kind === 'reminder');
    const whenOf = ({ facts }: (typeof set)[number]) =>
      typeof facts?.['in'] === 'string' ? `in ${facts['in']}` : `at ${facts?.['at'] as string}`;
    return this.#claim(
      set.some((e) => fits(text, e.text) && (!whom || e.name === whom) && (!wait || whenOf(e) === wait)),
      `the run should remind ${whom ? `${whom} ` : ''}${wait ? `${wait} ` : ''}of ${String(text)}`,
      `It reminds:${list(set.map((e) => `${e.name} ${whenOf(e)}: ${e.text}`))}`,
      'reminds',
    );
  }

  /** These targets, and no others, are left changed and listed as that. */
  left(...targets: readonly string[]): this {
    const left = this.#played.leftovers.map((l) => l.target);
    return this.#claim(
      isDeepStrictEqual([...left].sort(), [...targets].sort()),
      `the run should have left behind:${list(targets)}`,
      `It left behind:${list(left)}`,
      'left',
    );
  }

  leftNothing(): this {
    const left = this.#played.leftovers.map((l) => `${l.target}: ${l.what}`);
    return this.#claim(
      left.length === 0,
      'the run should have left nothing behind',
      `It left behind:${list(left)}`,
      'leftNothing',
    );
  }

  #made(of: (risk: Risk) => boolean): string[] {
    return this.#played.effects.filter((e) => of(e.risk)).map((e) => e.summary);
  }

  get #questions(): Question[] {
    return this.#played.asked.map((a) => a.question);
  }

  #said(kind: 'finding' | 'note', text: Text, from: Sentence): this {
    const told = this.journal.filter((e) => e.kind === kind).map((e) => e.text);
    return this.#claim(
      told.some((t) => fits(text, t)),
      `the run should have a ${kind} ${String(text)}`,
      `Its ${kind}s:${list(told)}`,
      from,
    );
  }

  #claim(holds: boolean, sentence: string, instead: string, from: Sentence): this {
    claim(holds, {
      sentence,
      instead,
      story: this.story,
      from: Reflect.get(PlayedRun.prototype, from),
    });
    return this;
  }
}
