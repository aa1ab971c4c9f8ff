/**
 * Temporal terminates a run whose history grows beyond 51,200 events or 50 MiB, with all that it still owes. So a run
 * watches its own, and looks before each of its steps:
 *
 * 1. At `warnAt` its state and its story say how much is used, and by what.
 * 2. At `askAt`, and after each further share of that size, it holds and asks its owner whether to go on.
 * 3. At `endAt` it ends by itself, with room left to put back, to ask about the undo and to write its record.
 */
import { CancelledFailure, workflowInfo } from '@temporalio/workflow';
import { run } from './current-run.ts';
import {
  percent,
  shareUsed,
  SHORTER,
  USUAL_BOUNDS,
  usedInWords,
  type HistorySize,
} from './history-limits.ts';
import { hold } from './hold.ts';
import { LONG_HISTORY } from './messages.ts';

class HistoryRoom {
  bounds = USUAL_BOUNDS;
  #warned = false;
  /** Up to here a person let it go on. */
  #allowed: number | undefined;
  #asking: Promise<void> | undefined;
  /** What Temporal said last of the history's length, and the steps since: one local activity is one event. */
  #length = 0;
  #steps = 0;

  /** What a step waits for before it begins: nothing, nearly always. */
  ahead(): Promise<void> | undefined {
    // What is owed at the end is done in any case: that is what room was kept for.
    if (run.outcome) return undefined;
    const used = this.#countedShare();
    if (used >= this.bounds.warnAt) this.#warnOnce();
    if (used < this.#next) return undefined;
    return (this.#asking ??= this.#ask(used).finally(() => (this.#asking = undefined)));
  }

  /** In words, for the state of a run that has used much; nothing before. */
  get note(): string | undefined {
    if (!this.#warned) return undefined;
    const then = this.#next < this.bounds.endAt ? 'asks whether to go on' : 'ends by itself';
    return `${usedText()}; it ${then} at ${percent(this.#next)}`;
  }

  get #next(): number {
    return Math.min(this.#allowed ?? this.bounds.askAt, this.bounds.endAt);
  }

  #countedShare(): number {
    const { historyLength, historySize } = workflowInfo();
    if (historyLength !== this.#length) this.#steps = 0;
    this.#length = historyLength;
    return shareUsed({ events: historyLength + ++this.#steps, bytes: historySize });
  }

  #warnOnce(): void {
    if (this.#warned) return;
    this.#warned = true;
    run.journal.say({
      kind: 'note',
      name: LONG_HISTORY,
      text: `The run has ${usedText()}, most of it for ${mostOfIt()}. At ${percent(this.bounds.askAt)} it asks whether to go on. ${SHORTER}`,
    });
  }

  async #ask(used: number): Promise<void> {
    const { askAt, endAt } = this.bounds;
    if (used >= endAt) {
      const reason = `the run has ${usedText()} and ends before Temporal would terminate it; most of it went into ${mostOfIt()}. ${SHORTER}`;
      run.end({ outcome: 'aborted', reason });
      throw new CancelledFailure(reason);
    }
    const further = Math.min(used + askAt, endAt);
    await hold(`Go on? The run has used ${percent(used)} of its history`, {
      body: `The run has ${usedText()}, most of it for ${mostOfIt()}. At 100% Temporal would terminate it; it ends by itself at ${percent(endAt)}, and still puts back what it owes. If it goes round in circles, abort. ${SHORTER}`,
      options: { 'go-on': `go on to ${percent(further)}` },
    });
    this.#allowed = further;
  }
}

export const historyRoom = new HistoryRoom();

const usedText = (): string => usedInWords(size());

function size(): HistorySize {
  const { historyLength: events, historySize: bytes } = workflowInfo();
  return { events, bytes };
}

/** The three most frequent kinds of lines in the story. */
function mostOfIt(): string {
  const times = new Map<string, number>();
  for (const { kind, name } of run.journal.entries) {
    const what = ['read', 'check', 'change'].includes(kind) ? `${kind} ${name}` : kind;
    times.set(what, (times.get(what) ?? 0) + 1);
  }
  const most = [...times].sort(([, a], [, b]) => b - a).slice(0, 3);
  return most.map(([what, n]) => `${n} × ${what}`).join(', ') || 'messages from outside';
}
