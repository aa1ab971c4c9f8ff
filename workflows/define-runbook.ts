import type { z } from 'zod';
import { canonicalJson, milliseconds, type Duration } from '../activities/kit/index.ts';
import { wrongSchedule, type ScheduleTrigger } from './on-schedule.ts';

/** What a trigger sees of an alert. Labels come from outside: they are looked up, never trusted as targets. */
export interface TriggeringAlert {
  readonly source: string;
  readonly name: string;
  readonly severity: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startedAt: string;
}

/** Every named label must match: a string exactly, a regular expression on the whole value. */
export interface AlertMatcher {
  readonly alertname: string | RegExp;
  readonly labels?: Readonly<Record<string, string | RegExp>>;
}

export interface AlertTrigger<Input = unknown> {
  readonly on: 'alert';
  readonly match: AlertMatcher;
  readonly input: (alert: TriggeringAlert) => Input;
}

/** Starts the runbook for alerts that match, with the input that the function makes of each. */
export function onAlert<Input>(
  match: AlertMatcher,
  input: (alert: TriggeringAlert) => Input,
): AlertTrigger<Input> {
  return { on: 'alert', match, input };
}

export interface RunbookSpec<S extends z.ZodType, R = unknown> {
  /** Lower-case words joined by hyphens; the workflow type. */
  readonly id: string;
  readonly title: string;
  /** The role that owns it: asked when nobody else is named. */
  readonly owner: string;
  /** What it does about which incident, in a sentence or two. */
  readonly description: string;
  readonly input: S;
  /** The alerts and the times that start it (`onAlert`, `onSchedule`). */
  readonly triggers?: readonly (AlertTrigger<z.input<S>> | ScheduleTrigger<z.input<S>>)[];
  /** What makes two alerts the same incident; the whole input when absent. */
  readonly correlationKey?: (input: z.output<S>) => string;
  /**
   * The same incident again while a run is open: the run is told, another starts when it has ended, or nothing. `join`
   * when absent.
   */
  readonly onRepeat?: 'join' | 'queue' | 'ignore';
  /** After a run has ended, the next one of the same incident waits so long. */
  readonly cooldown?: Duration;
  /** An incident that started so many runs in that time flaps: its next run waits until the time has passed. */
  readonly flapping?: { readonly runs: number; readonly within: Duration };
  /**
   * Many alerts, one run: a new run waits so long for more alerts with its correlation key, and they become part of its
   * input until it starts. Needs a `correlationKey` that they share.
   */
  readonly gather?: {
    readonly for: Duration;
    readonly input: (inputs: readonly z.output<S>[]) => z.input<S>;
  };
  /** Runs of this runbook at once; more wait for a place. No limit when absent. */
  readonly runsAtOnce?: number;
  /** `finish` when absent. Once something was changed a run always finishes and puts back. */
  readonly whenAlertResolves?: 'finish' | 'stop-before-first-change';
  run: (input: z.output<S>) => Promise<R>;
}

/** A runbook as the gateway and the engine know it, its input type forgotten. */
export interface RunbookDefinition {
  readonly id: string;
  readonly title: string;
  readonly owner: string;
  readonly description: string;
  readonly input: z.ZodType;
  /** The alerts that start it. */
  readonly triggers: readonly AlertTrigger[];
  /** The times that start it. */
  readonly schedules: readonly ScheduleTrigger[];
  readonly correlationKey: (input: unknown) => string;
  readonly onRepeat: 'join' | 'queue' | 'ignore';
  readonly cooldown?: Duration | undefined;
  readonly flapping?: { readonly runs: number; readonly within: Duration } | undefined;
  readonly gather?:
    { readonly for: Duration; readonly input: (inputs: readonly unknown[]) => unknown } | undefined;
  readonly runsAtOnce?: number | undefined;
  readonly whenAlertResolves: 'finish' | 'stop-before-first-change';
  run: (input: unknown) => Promise<unknown>;
}

declare const types: unique symbol;

/** A runbook whose types are known: another runbook can start it. */
export interface Runbook<S extends z.ZodType, R> extends RunbookDefinition {
  readonly [types]?: { readonly input: S; readonly result: R };
}

const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Declares a runbook. Throws a TypeError when the id could not be a workflow type, or when its terms make no sense. */
export function defineRunbook<S extends z.ZodType, R>(spec: RunbookSpec<S, R>): Runbook<S, R> {
  if (!ID.test(spec.id)) {
    throw new TypeError(
      `runbook id "${spec.id}" must be lower-case words joined by hyphens, like "node-not-ready"`,
    );
  }
  const schedules = (spec.triggers ?? []).filter((t) => t.on === 'schedule');
  refuseNonsense(spec);
  const wrong = wrongSchedule(schedules);
  if (wrong !== undefined) throw new TypeError(`runbook "${spec.id}": ${wrong}`);
  const { correlationKey, gather, run } = spec;
  return {
    id: spec.id,
    title: spec.title,
    owner: spec.owner,
    description: spec.description,
    input: spec.input,
    triggers: (spec.triggers ?? []).filter((t) => t.on === 'alert'),
    schedules,
    correlationKey: (input) => (correlationKey ? correlationKey(input as z.output<S>) : canonicalJson(input)),
    onRepeat: spec.onRepeat ?? 'join',
    cooldown: spec.cooldown,
    flapping: spec.flapping,
    gather: gather && {
      for: gather.for,
      input: (inputs) => gather.input(inputs as readonly z.output<S>[]),
    },
    runsAtOnce: spec.runsAtOnce,
    whenAlertResolves: spec.whenAlertResolves ?? 'finish',
    run: (input) => run(input as z.output<S>),
  };
}

function refuseNonsense<S extends z.ZodType>(spec: RunbookSpec<S>): void {
  const { id, cooldown, flapping, gather, runsAtOnce, correlationKey } = spec;
  const wrong = (what: string) => new TypeError(`runbook "${id}": ${what}`);
  for (const [field, given] of [
    ['cooldown', cooldown],
    ['flapping.within', flapping?.within],
    ['gather.for', gather?.for],
  ] as const) {
    if (given === undefined) continue;
    try {
      milliseconds(given);
    } catch (cause) {
      throw new TypeError(`runbook "${id}": ${field}: ${(cause as Error).message}`, { cause });
    }
  }
  if (gather && !correlationKey)
    throw wrong(
      'gather needs a correlationKey that the alerts share; the whole input differs from alert to alert',
    );
  if (gather && spec.onRepeat === 'ignore')
    throw wrong('gather adds alerts to a run that has not started; with onRepeat "ignore" write no gather');
  if (runsAtOnce !== undefined && !(Number.isInteger(runsAtOnce) && runsAtOnce > 0))
    throw wrong(`runsAtOnce must be a whole number from 1 on, not ${runsAtOnce}`);
  if (flapping && !(Number.isInteger(flapping.runs) && flapping.runs > 0))
    throw wrong(`flapping.runs must be a whole number from 1 on, not ${flapping.runs}`);
}
