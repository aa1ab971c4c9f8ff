/**
 * One scenario on the real engine: steps and people as a test scripts them.
 *
 * 1. Every run is replayed from its history when it has ended, so a runbook that decides by what no history keeps
 *    (module state, the machine's clock) fails its first test.
 * 2. Time jumps only while nobody works and nobody is about to answer.
 * 3. What a run waits for and will never get fails the test at once, with the run's journal.
 */
import type { z } from 'zod';
import {
  implementRead,
  milliseconds,
  type Change,
  type Duration,
  type ImplementedStep,
  type Read,
} from '../activities/kit/index.ts';
import type { Policy } from '../config/index.ts';
import type { House } from './house.ts';
import { Person } from './people/person.ts';
import { playAlert, playRun, type AlertSketch } from './play.ts';
import type { Effect, PlayedRun } from './run/played-run.ts';
import { historyShare, type HistoryShare } from './run/too-long.ts';
import { answerTo, type Answer } from './steps/answer.ts';
import { scriptedChange, type ScriptedChange } from './steps/changing.ts';
import type { Crash } from './crash/crash.ts';
import { Company } from './company.ts';
import type { Runbook } from '../workflows/define-runbook.ts';

export interface RunOptions {
  /** Shows plans and carries none out. */
  readonly dryRun?: boolean;
  /** Who starts it: one of the stage's people, or nobody in particular. */
  readonly by?: string;
}

export class Stage {
  readonly #house: House;
  readonly #company: Company;

  constructor(house: House, crash: Crash) {
    this.#house = house;
    this.#company = new Company(house, crash);
  }

  /** What a read answers: a value, a function of its input, `inTurn(...)`, or `fails(...)`. */
  answer<I extends z.ZodType, O extends z.ZodType>(
    step: Read<I, O>,
    answer: NoInfer<Answer<z.output<I>, z.input<O>>>,
  ): this {
    return this.use(implementRead(step, (input) => answerTo(answer, input, this.#house.time.now())));
  }

  /** What a change says when it is planned and answers when it is carried out. */
  change<I extends z.ZodType, O extends z.ZodType, P extends z.ZodType, S extends z.ZodType>(
    step: Change<I, O, P, S>,
    script: NoInfer<ScriptedChange<z.output<I>, z.input<O>, z.output<P>, z.output<S>>>,
  ): this {
    return this.use(scriptedChange(step, script, this.#house.time.now));
  }

  /** Steps as they are implemented, for systems that run in the test. The last one of a name counts. */
  use(...steps: readonly ImplementedStep[]): this {
    for (const step of steps) this.#company.steps.set(step.contract.name, step);
    return this;
  }

  /** Somebody with these roles, who stays silent until they are given something to say. */
  person(name: string, ...roles: readonly string[]): Person {
    const person = new Person(name, roles);
    this.#company.persons.set(name, person);
    return person;
  }

  /** The deployment's policy; without one the default: what is at most `diagnostic` needs nobody. */
  policy(policy: Policy): this {
    this.#company.policy = policy;
    return this;
  }

  /**
   * Lets a run use so much of the history that Temporal allows it, as `'20%'`; a run that uses 8% fails its test
   * otherwise. From 16% on it asks its owner whether to go on: let somebody answer `/^Go on\?/` with `go-on`.
   */
  longHistory(share: HistoryShare): this {
    this.#company.longHistory = historyShare(share);
    return this;
  }

  /** Calls this when so much time has passed in the world, counted from the next run's start. */
  after(wait: Duration, action: () => void | Promise<void>): this {
    this.#company.later.push({ afterMs: milliseconds(wait), action });
    return this;
  }

  /** Plays a runbook to its end. Throws a TypeError with the path of the wrong field when the input does not fit. */
  run<S extends z.ZodType>(
    runbook: Runbook<S, unknown>,
    input: NoInfer<z.input<S>>,
    options: RunOptions = {},
  ): Promise<PlayedRun> {
    return playRun(this.#house, this.#company, { runbook, input, ...options });
  }

  /** Plays the runbook whose trigger fits this alert. `resolvesAfter`: the alert ends so long after it was raised. */
  alert(alert: AlertSketch, options: { readonly resolvesAfter?: Duration } = {}): Promise<PlayedRun> {
    return playAlert(this.#house, this.#company, { alert, ...options });
  }

  /** The world's clock, as milliseconds since 1970. */
  get now(): () => number {
    return this.#house.time.now;
  }

  /** Every change that was made so far, by all of the scenario's runs. */
  effects(): readonly Effect[] {
    return this.#company.effects;
  }

  /** A run was left in the middle: the server's clock may be held for ever, so that the house has to be closed. */
  get brokenOff(): boolean {
    return this.#company.brokenOff;
  }

  /** Ends what the scenario left running. */
  close(): Promise<void> {
    return this.#company.close();
  }
}
