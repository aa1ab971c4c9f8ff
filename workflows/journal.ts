import type { JournalEntry } from './messages.ts';

/** Characters of JSON; an entry with more keeps their beginning as text. */
export const MAX_FACTS = 16_000;
const MAX_TEXT = 4_000;

/** The run's clock: Temporal's, the same when replayed. */
export const now = (): string => new Date(Date.now()).toISOString();

type Facts = NonNullable<JournalEntry['facts']>;
type Draft = Pick<JournalEntry, 'kind' | 'name' | 'text'> & {
  readonly facts?: Readonly<Record<string, unknown>>;
};

/** An entry that is still being lived through. */
export interface OpenEntry {
  readonly entry: JournalEntry;
  end(
    status: JournalEntry['status'],
    more?: { text?: string; facts?: Readonly<Record<string, unknown>> },
  ): void;
}

/** The run's own story, line by line, in order: what `state` shows and what the record keeps. */
export class Journal {
  readonly entries: JournalEntry[] = [];
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Something that takes time. */
  begin(draft: Draft, status: 'running' | 'waiting' = 'running'): OpenEntry {
    const entry = this.#push(draft, status);
    return {
      entry,
      end: (ended, more = {}) => {
        entry.status = ended;
        entry.endedAt = now();
        if (more.text) entry.text = clip(more.text);
        if (more.facts) entry.facts = { ...entry.facts, ...bounded(more.facts) };
        this.#changed();
      },
    };
  }

  /** Something that is over as it is said. */
  say(draft: Draft, status: JournalEntry['status'] = 'ok'): JournalEntry {
    return this.#push(draft, status);
  }

  /** What is going on now: the latest entry that has not ended. */
  get current(): JournalEntry | undefined {
    return this.entries.findLast((e) => e.status === 'running' || e.status === 'waiting');
  }

  #push({ kind, name, text, facts }: Draft, status: JournalEntry['status']): JournalEntry {
    const entry: JournalEntry = {
      seq: this.entries.length + 1,
      at: now(),
      kind,
      name,
      text: clip(text),
      status,
    };
    if (facts) entry.facts = bounded(facts);
    this.entries.push(entry);
    this.#changed();
    return entry;
  }
}

const clip = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)} [cut]` : text);

/** Facts are for reading: what is larger is named as cut, the whole being in the step's own result. */
function bounded(facts: Readonly<Record<string, unknown>>): Facts {
  const text = JSON.stringify(facts);
  return (text.length > MAX_FACTS ? { cut: `${text.slice(0, MAX_FACTS)} [cut]` } : JSON.parse(text)) as Facts;
}
