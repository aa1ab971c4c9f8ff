import { milliseconds, type Duration } from '../../activities/kit/index.ts';
import type { Question } from '../../workflows/messages.ts';

export interface Saying {
  /** The reason that is given. */
  readonly because?: string;
  /** How long the person takes; at once when absent. */
  readonly after?: Duration;
  /** With an approval: only these changes of the plan, by their summaries. */
  readonly only?: readonly string[];
  /** With `more-time`: how much. */
  readonly minutes?: number;
}

/** What a person is going to say to a question. */
export interface Reply {
  readonly person: string;
  readonly answer: string;
  readonly reason: string;
  readonly afterMs: number;
  readonly only?: readonly string[];
  readonly minutes?: number;
}

interface Line {
  readonly title: string | RegExp;
  readonly reply: Reply;
  said: boolean;
}

/** Somebody who may be asked. Says what the test wrote down for them, and to everything else nothing at all. */
export class Person {
  readonly name: string;
  readonly roles: readonly string[];
  readonly #lines: Line[] = [];

  constructor(name: string, roles: readonly string[]) {
    this.name = name;
    this.roles = roles;
  }

  /** Approves plans with this title: the whole of it, or a part that the pattern finds. */
  approves(title: string | RegExp, saying?: Saying): this {
    return this.answers(title, 'approve', saying);
  }

  rejects(title: string | RegExp, saying: Saying & { readonly because: string }): this {
    return this.answers(title, 'reject', saying);
  }

  /** Gives one of the question's answers. Of several lines for one title each is said once, in order; the last one again. */
  answers(title: string | RegExp, answer: string, saying: Saying = {}): this {
    const { because = '', after = '0s', ...more } = saying;
    const reply = { person: this.name, answer, reason: because, afterMs: milliseconds(after), ...more };
    this.#lines.push({ title, reply, said: false });
    return this;
  }

  /** What this person says to a question now; undefined: nothing. */
  replyTo(question: Pick<Question, 'title'>): Reply | undefined {
    const lines = this.#lines.filter(({ title }) => fits(title, question.title));
    const line = lines.find(({ said }) => !said) ?? lines.at(-1);
    if (!line) return undefined;
    line.said = true;
    return line.reply;
  }
}

/** A string is the whole text, a regular expression may be any part of it. */
export const fits = (wanted: string | RegExp, text: string): boolean =>
  typeof wanted === 'string' ? wanted === text : wanted.test(text);
