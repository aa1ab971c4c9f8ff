/** Which runbooks an alert starts, and with what input. Pure: runs before the ledger's transaction. */
import { hashOf, milliseconds } from '../../activities/kit/index.ts';
import type { Alert, RefusedInput, TriggerMatch } from '../../ledger/api.ts';
import { storable } from '../../ledger/storable.ts';
import { fieldsOf, inWords } from '../problem-error.ts';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';

type AlertTrigger = RunbookDefinition['triggers'][number];

export interface Matched {
  readonly matches: readonly TriggerMatch[];
  readonly refused: readonly RefusedInput[];
}

/** A runbook starts once for an alert, by the first of its triggers that fits. */
export function matchTriggers(runbooks: readonly RunbookDefinition[], alert: Alert): Matched {
  const matches: TriggerMatch[] = [];
  const refused: RefusedInput[] = [];
  for (const runbook of runbooks) {
    const trigger = runbook.triggers.find((t) => fits(t.match, alert));
    if (trigger === undefined) continue;
    const made = inputFor(runbook, trigger, alert);
    if ('message' in made) refused.push({ runbook: runbook.id, message: made.message });
    else matches.push({ ...made, ...termsOf(runbook) });
  }
  return { matches, refused };
}

const termsOf = (runbook: RunbookDefinition): Omit<TriggerMatch, 'input' | 'correlationKey'> => {
  const { id, title, onRepeat, cooldown, flapping, gather, runsAtOnce, whenAlertResolves } = runbook;
  return {
    runbook: id,
    title,
    onRepeat,
    cooldownMs: cooldown && milliseconds(cooldown),
    flapping: flapping && { runs: flapping.runs, withinMs: milliseconds(flapping.within) },
    gather: gather && { forMs: milliseconds(gather.for), merge: mergeInputs(runbook, gather.input) },
    runsAtOnce,
    whenAlertResolves,
  };
};

/** One input of several, which fits the runbook's schema like any other. */
const mergeInputs =
  ({ input: schema }: RunbookDefinition, merge: (inputs: readonly unknown[]) => unknown) =>
  (inputs: readonly unknown[]): unknown => {
    const merged: unknown = JSON.parse(
      JSON.stringify(merge(inputs.map((input) => schema.parse(input))) ?? null),
    );
    schema.parse(merged);
    return merged;
  };

/** Every named label must match: a string exactly, a regular expression on the whole value. */
export const fits = (match: AlertTrigger['match'], alert: Pick<Alert, 'name' | 'labels'>): boolean =>
  mismatches(match, alert).length === 0;

/** Why an alert is not the one that a trigger waits for; nothing when it is. */
export function mismatches(
  match: AlertTrigger['match'],
  { name, labels }: Pick<Alert, 'name' | 'labels'>,
): string[] {
  const wanted = Object.entries(match.labels ?? {}).map(
    ([label, value]) =>
      [`label ${label}`, value, Object.hasOwn(labels, label) ? labels[label] : undefined] as const,
  );
  return [['alertname', match.alertname, name] as const, ...wanted]
    .filter(([, value, actual]) => !valueFits(value, actual))
    .map(([what, value, actual]) =>
      actual === undefined
        ? `${what} is missing, it must be ${inQuotes(value)}`
        : `${what} is ${inQuotes(actual)}, not ${inQuotes(value)}`,
    );
}

const inQuotes = (value: string | RegExp): string =>
  typeof value === 'string' ? `"${value}"` : String(value);

function valueFits(wanted: string | RegExp, value: string | undefined): boolean {
  if (value === undefined) return false;
  if (typeof wanted === 'string') return wanted === value;
  return new RegExp(`^(?:${wanted.source})$`, wanted.flags.replace(/[gy]/g, '')).test(value);
}

/** The input that a trigger makes of an alert which fits it, or why there is none. */
export function inputFor(
  runbook: RunbookDefinition,
  trigger: AlertTrigger,
  { source, name, severity, labels, annotations, startedAt }: Alert,
): Pick<TriggerMatch, 'input' | 'correlationKey'> | { message: string } {
  let input: unknown;
  try {
    const made = trigger.input({ source, name, severity, labels, annotations, startedAt });
    // As the ledger will hold it: the correlation key is made of it, and half a character has no canonical form.
    input = storable(JSON.parse(JSON.stringify(made ?? null)));
  } catch (error) {
    return { message: `its trigger could not make an input of this alert: ${String(error)}` };
  }
  const parsed = parseInput(runbook, input);
  return 'correlationKey' in parsed ? { input, ...parsed } : { message: inWords(parsed.fields) };
}

/** The correlation key of an input, or its wrong fields. */
export function parseInput(
  runbook: Pick<RunbookDefinition, 'input' | 'correlationKey'>,
  input: unknown,
): { readonly correlationKey: string } | { readonly fields: { field: string; message: string }[] } {
  const parsed = runbook.input.safeParse(input);
  if (!parsed.success) return { fields: fieldsOf(parsed.error, 'input') };
  try {
    return { correlationKey: boundedKey(runbook.correlationKey(parsed.data)) };
  } catch (error) {
    return { fields: [{ field: 'input', message: `the runbook’s correlationKey failed: ${String(error)}` }] };
  }
}

/** Workflow ids have a limit of 1,000 bytes; a long key keeps its beginning and gets a hash. */
const boundedKey = (key: string): string =>
  Buffer.byteLength(key) <= 200 ? key : `${key.slice(0, 40)}-${hashOf(key).slice(0, 24)}`;
