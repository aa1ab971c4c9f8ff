/** How a scripted step answers: a value, a function of its input, a failure of a kind, or several of these in turn. */
import { StepFailure, type FailureKind } from '../../activities/kit/index.ts';

/** The moment at which a step is called, by the world's clock: what a runbook compares times with. */
export interface Moment {
  readonly now: Date;
  /** An instant so many seconds before, as contracts have it. */
  readonly ago: (seconds: number) => string;
}

/** Made by `fails`. */
export class Failing {
  readonly failure: StepFailure;
  constructor(failure: StepFailure) {
    this.failure = failure;
  }
}

/** The step fails, sorted as its implementation would have sorted it. */
export const fails = (kind: FailureKind, message: string, more: { readonly next?: string } = {}): Failing =>
  new Failing(new StepFailure(kind, message, more));

type Answering<I, O> = (input: I, moment: Moment) => O | Failing | Promise<O | Failing>;
export type Answer<I, O> = O | Failing | Answering<I, O>;

/** One after the other, call by call; the last one stays. */
export function inTurn<I, O>(...answers: [Answer<I, O>, ...Answer<I, O>[]]): Answering<I, O> {
  let calls = 0;
  return (input, moment) => {
    const answer = answers[Math.min(calls++, answers.length - 1)]!;
    return isFunction(answer) ? answer(input, moment) : answer;
  };
}

/** What the answer is for this input. Throws the StepFailure of one that fails. */
export async function answerTo<I, O>(answer: Answer<I, O>, input: I, now: number): Promise<O> {
  const moment: Moment = {
    now: new Date(now),
    ago: (seconds) => new Date(now - seconds * 1_000).toISOString(),
  };
  const given = isFunction(answer) ? await answer(input, moment) : answer;
  if (given instanceof Failing) throw given.failure;
  return given;
}

/** Answers of steps are JSON, so a function is never one of them. */
const isFunction = <I, O>(answer: Answer<I, O>): answer is Answering<I, O> => typeof answer === 'function';
