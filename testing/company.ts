/** Everybody and everything on one stage: its steps, people, workers and runs. */
import type { Client, WorkflowHandle } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeContract, ImplementedStep } from '../activities/kit/index.ts';
import type { Policy } from '../config/index.ts';
import type { RunEnd } from '../ledger/api.ts';
import { WORKFLOW_TASK_QUEUE, type Question } from '../workflows/messages.ts';
import type { Crash } from './crash/crash.ts';
import { DEPLOYMENT, type House } from './house.ts';
import { Audience } from './people/audience.ts';
import type { Person, Reply } from './people/person.ts';
import type { Effect } from './run/played-run.ts';
import { endRun } from './run/end-run.ts';

const LOOK_EVERY_MS = 20;
/** Answers what the death of a worker makes people ask, where the scenario has nobody for it. */
const COLLEAGUE = 'colleague-after-the-crash';

export class Company {
  readonly steps = new Map<string, ImplementedStep>();
  readonly persons = new Map<string, Person>();
  readonly later: { readonly afterMs: number; readonly action: () => void | Promise<void> }[] = [];
  readonly effects: Effect[] = [];
  readonly ends = new Map<string, RunEnd>();
  readonly handles: WorkflowHandle[] = [];
  readonly client: Client;
  readonly audience: Audience;
  readonly crash: Crash;
  policy: Policy | undefined;
  /** The share of Temporal's limits that the scenario's runs may use; the usual when absent. */
  longHistory: number | undefined;
  brokenOff = false;
  /** Activities that are being worked on. */
  working = 0;
  /** The last time something happened, by the machine's clock. */
  lastSign = Date.now();
  readonly #house: House;
  readonly #helpers: Record<string, { name: string; roles: readonly string[] }> = {};
  readonly #runs: string[] = [];
  readonly #waiting = new Set<Promise<void>>();
  #failure: unknown;

  constructor(house: House, crash: Crash) {
    this.#house = house;
    this.crash = crash;
    this.client = house.client;
    this.audience = new Audience({
      deployment: DEPLOYMENT,
      key: house.gateway,
      ledger: house.ledger,
      client: this.client,
      time: house.time,
      persons: this.persons,
      otherwise: (question) => this.#colleague(question),
      people: () => this.people,
    });
  }

  /** What went wrong beside the run itself: an answer that could not be given, an action that threw. */
  get failure(): unknown {
    return this.#failure;
  }

  readonly failed = (error: unknown): void => {
    this.#failure ??= error;
  };

  /** Who may be asked, as a configuration names them. */
  get people(): Record<string, { readonly name: string; readonly roles: readonly string[] }> {
    const named = [...this.persons.values()].map(({ name, roles }) => [name, { name, roles }] as const);
    return { ...Object.fromEntries(named), ...this.#helpers };
  }

  /** Whether there is work under way, or somebody is about to say or do something. */
  get isBusy(): boolean {
    return this.working > 0 || this.audience.speaking.length > 0 || this.#waiting.size > 0;
  }

  /** Starts a run of this scenario. */
  async start(runbook: string, workflowId: string, start: unknown): Promise<WorkflowHandle> {
    this.#runs.push(workflowId);
    await this.#house.staff.workFor(this);
    const options = { workflowId, taskQueue: WORKFLOW_TASK_QUEUE, args: [start] };
    const handle = await this.client.workflow.start(runbook, options);
    this.handles.push(handle);
    return handle;
  }

  /** Whether a workflow is a run of this scenario, or what one of them started. */
  started(workflowId = ''): boolean {
    return this.#runs.some((run) => workflowId === run || workflowId.startsWith(`${run}/`));
  }

  /** Work of a run: clocks agree before it, and the run is not stuck while it goes on. */
  async works<T>(work: () => Promise<T>): Promise<T> {
    this.working++;
    try {
      await this.#house.time.agree();
      return await work();
    } finally {
      this.working--;
      this.lastSign = Date.now();
    }
  }

  hear({ workflowId, question }: { workflowId: string; question: Question }): Promise<void> {
    return this.audience.hear(workflowId, question, this.failed);
  }

  didEffect({ name, target, risk, summary }: ChangeContract, input: unknown, operation: string): void {
    this.effects.push({ operation, step: name, target: target(input), risk, summary: summary(input) });
  }

  /** Keeps how a run ended. From then on time stands still, so that what the run left for later stays in the future. */
  async ended(end: RunEnd): Promise<void> {
    const isNews = this.#runs.includes(end.workflowId) && !this.ends.has(end.workflowId);
    this.ends.set(end.workflowId, end);
    if (isNews) await this.#house.time.hold();
  }

  /** Lets the actions of `after` happen in their time, counted from now. Time is held by the caller. */
  async scheduleLater(): Promise<void> {
    for (const { afterMs, action } of this.later.splice(0)) {
      await this.#house.time.hold();
      const waiting: Promise<void> = this.#actAfter(afterMs, action)
        .catch(this.failed)
        .finally(() => this.#waiting.delete(waiting));
      this.#waiting.add(waiting);
    }
  }

  /** Nobody says or does anything any more. */
  breakOff(): void {
    this.brokenOff = true;
    this.audience.over = true;
  }

  async close(): Promise<void> {
    this.audience.over = true;
    const { time } = this.#house;
    for (const handle of this.handles) await endRun(this.client, handle, this);
    if (this.brokenOff) return;
    const waiting = [...this.audience.speaking, ...this.#waiting];
    if (waiting.length) {
      // Who still waits for their moment gets it now, and does nothing with it.
      await time.release();
      await Promise.all(waiting);
      await time.hold();
    }
    while (this.working > 0) await sleep(LOOK_EVERY_MS);
  }

  async #actAfter(ms: number, action: () => void | Promise<void>): Promise<void> {
    const { time } = this.#house;
    try {
      await time.pass(ms);
      if (this.audience.over) return;
      await time.agree();
      await action();
    } finally {
      await time.release();
    }
  }

  /** After a death the engine asks what to do about a change that was not made: somebody says to try again. */
  #colleague({ from, options, kind }: Question): Reply | undefined {
    if (!this.crash.happened || kind !== 'hold' || !options.some((o) => o.answer === 'retry'))
      return undefined;
    this.#helpers[COLLEAGUE] = { name: COLLEAGUE, roles: from };
    this.#house.staff.knows(this.people);
    return { person: COLLEAGUE, answer: 'retry', reason: '', afterMs: 0 };
  }
}
