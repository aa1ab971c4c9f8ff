import type { Tried } from '../../activities/kit/index.ts';

/** What is looked at. */
export interface Place {
  readonly namespace: string;
  readonly service: string;
  readonly minutes: number;
}

/** What one look found, for people. */
export interface Look {
  /** Sentences, the most telling first. */
  readonly words: string;
  /** Questions that have no answer, each with why. */
  readonly notSeen: readonly string[];
}

/** The answer, or undefined with the reason among what is not seen. */
export function seen<T>(what: string, answer: Tried<T>, notSeen: string[]): T | undefined {
  if (answer.ok) return answer.value;
  notSeen.push(`${what}: ${answer.message}`);
  return undefined;
}
