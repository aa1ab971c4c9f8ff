import type { z } from 'zod';
import { canonicalJson } from '../activities/kit/index.ts';

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

export interface RunbookSpec<S extends z.ZodType> {
  /** Lower-case words joined by hyphens; the workflow type. */
  readonly id: string;
  readonly title: string;
  /** The role that owns it: asked when nobody else is named. */
  readonly owner: string;
  /** What it does about which incident, in a sentence or two. */
  readonly description: string;
  readonly input: S;
  readonly triggers?: readonly AlertTrigger<z.input<S>>[];
  /** What makes two alerts the same incident; the whole input when absent. */
  readonly correlationKey?: (input: z.output<S>) => string;
  /** The same incident again while a run is open. `join` when absent. */
  readonly onRepeat?: 'join' | 'ignore';
  /** `finish` when absent. Once something was changed a run always finishes and puts back. */
  readonly whenAlertResolves?: 'finish' | 'stop-before-first-change';
  run: (input: z.output<S>) => Promise<unknown>;
}

/** A runbook as the gateway and the engine know it, its input type forgotten. */
export interface RunbookDefinition {
  readonly id: string;
  readonly title: string;
  readonly owner: string;
  readonly description: string;
  readonly input: z.ZodType;
  readonly triggers: readonly AlertTrigger[];
  readonly correlationKey: (input: unknown) => string;
  readonly onRepeat: 'join' | 'ignore';
  readonly whenAlertResolves: 'finish' | 'stop-before-first-change';
  run: (input: unknown) => Promise<unknown>;
}

const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Declares a runbook. Throws a TypeError when the id could not be a workflow type. */
export function defineRunbook<S extends z.ZodType>(spec: RunbookSpec<S>): RunbookDefinition {
  if (!ID.test(spec.id)) {
    throw new TypeError(
      `runbook id "${spec.id}" must be lower-case words joined by hyphens, like "node-not-ready"`,
    );
  }
  const { correlationKey, run } = spec;
  return {
    id: spec.id,
    title: spec.title,
    owner: spec.owner,
    description: spec.description,
    input: spec.input,
    triggers: spec.triggers ?? [],
    correlationKey: (input) => (correlationKey ? correlationKey(input as z.output<S>) : canonicalJson(input)),
    onRepeat: spec.onRepeat ?? 'join',
    whenAlertResolves: spec.whenAlertResolves ?? 'finish',
    run: (input) => run(input as z.output<S>),
  };
}
