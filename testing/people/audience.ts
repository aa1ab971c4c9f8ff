/** Brings a question to the people of a world, and what they say back to the run, as a gateway would. */
import type { Client } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import type { People } from '../../config/index.ts';
import { decisionRefusal } from '../../gateway/decision-refusal.ts';
import { signDecision } from '../../gateway/statements.ts';
import type { Ledger } from '../../ledger/api.ts';
import type { KeyPair } from '../../ledger/keys.ts';
import { DecisionOutcome, MESSAGES, questionHash, type Question } from '../../workflows/messages.ts';
import type { SkippedTime } from '../time/skipped-time.ts';
import type { Person, Reply } from './person.ts';

export interface AudienceOptions {
  readonly deployment: string;
  readonly key: KeyPair;
  readonly ledger: Ledger;
  readonly client: Client;
  readonly time: SkippedTime;
  readonly persons: ReadonlyMap<string, Person>;
  /** Asked for what nobody was going to answer. */
  readonly otherwise: (question: Question) => Reply | undefined;
  readonly people: () => People;
}

/** A question that was asked, and what came of it. */
export interface Asked {
  readonly workflowId: string;
  readonly question: Question;
  /** Answers that were sent, in order, with what the run said to them. */
  readonly replies: { readonly person: string; readonly answer: string; readonly outcome: DecisionOutcome }[];
  /** Somebody is still going to say something. */
  pending: number;
}

export class Audience {
  readonly asked: Asked[] = [];
  readonly #options: AudienceOptions;
  readonly #speaking = new Set<Promise<void>>();
  over = false;

  constructor(options: AudienceOptions) {
    this.#options = options;
  }

  /**
   * Called while the question is being written, when time stands still: whoever is going to answer holds it until they
   * have, or lets it pass for as long as they take.
   */
  async hear(workflowId: string, question: Question, failed: (error: unknown) => void): Promise<void> {
    if (this.asked.some((a) => a.workflowId === workflowId && a.question.id === question.id)) return;
    const { persons, otherwise, time } = this.#options;
    const asked: Asked = { workflowId, question, replies: [], pending: 0 };
    this.asked.push(asked);
    const replies = [...persons.values()].flatMap((p) => p.replyTo(question) ?? []);
    const fallback = replies.length ? undefined : otherwise(question);
    for (const reply of fallback ? [fallback] : replies) {
      asked.pending++;
      await time.hold();
      const speaking: Promise<void> = this.#speak(asked, reply)
        .catch(failed)
        .finally(() => {
          asked.pending--;
          this.#speaking.delete(speaking);
        });
      this.#speaking.add(speaking);
    }
  }

  /** Whoever is about to say something: each ends when they have, and time is theirs no more. */
  get speaking(): readonly Promise<void>[] {
    return [...this.#speaking];
  }

  async #speak(asked: Asked, reply: Reply): Promise<void> {
    const { time } = this.#options;
    try {
      if (reply.afterMs > 0) await time.pass(reply.afterMs);
      if (this.over) return;
      const { person, answer } = reply;
      asked.replies.push({ person, answer, outcome: await this.#send(asked, reply) });
    } finally {
      await time.release();
    }
  }

  async #send({ workflowId, question: heard }: Asked, reply: Reply): Promise<DecisionOutcome> {
    const { deployment, key, ledger, client, time } = this.#options;
    await time.agree();
    // Whoever took their time looks at the question again before they answer.
    const row = await ledger.question(workflowId, heard.id);
    if (!row) return { counted: false, why: `${heard.id} is not in the ledger` };
    const { question } = row;
    const { person, answer, reason, minutes } = reply;
    const positions = reply.only && positionsOf(question, reply.only);
    const said = {
      person,
      answer,
      reason,
      questionHash: questionHash(workflowId, question),
      ...(positions && { positions }),
      ...(minutes && { minutes }),
    };
    const refusal = decisionRefusal({
      row,
      run: await ledger.run(workflowId),
      answer: { ...said, planHash: question.plan?.hash ?? '' },
      authority: { people: this.#options.people() },
      earlier: await ledger.decisions(workflowId, question.id),
      now: new Date(time.now()),
    });
    if (refusal) return { counted: false, why: refusal.message };
    const signed = signDecision(
      { deployment, key, now: time.now },
      { ...said, workflowId, question, authenticatedBy: 'test' },
    );
    const id = randomUUID();
    await ledger.receiveDecision({ id, workflowId, questionId: question.id, signed, person, answer, reason });
    const outcome = DecisionOutcome.parse(
      await client.workflow
        .getHandle(workflowId)
        .executeUpdate(MESSAGES.decide, { args: [signed], updateId: id }),
    );
    return ledger.decisionDelivered(id, outcome);
  }
}

/** The places in the plan of the changes that a person wants. Throws a TypeError for one that is not in it. */
function positionsOf({ title, plan }: Question, only: readonly string[]): number[] {
  const changes = plan?.changes.map((c) => c.summary) ?? [];
  return only.map((wanted) => {
    const position = changes.indexOf(wanted);
    if (position < 0)
      throw new TypeError(`"${title}" has no change "${wanted}"; it has: ${changes.join(', ') || 'none'}`);
    return position;
  });
}
