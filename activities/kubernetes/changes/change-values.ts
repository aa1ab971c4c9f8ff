/**
 * A change of a few named values of one object: labels, replicas, fields. The plan keeps the object's UID and the values
 * as they were seen; the write happens only while they are still that, at the version that was read. Everything else
 * of the object may change in between.
 */
import { StepFailure, type Applied, type DiffEntry, type Planned, type Probed } from '../../kit/index.ts';
import type { Limits } from '../client/http.ts';
import type { MetadataOnly } from '../client/raw.ts';
import { semanticDiff } from './semantic-diff.ts';
import { uncontended } from './uncontended.ts';
import { withoutSecrets } from './without-secrets.ts';

export type Json = DiffEntry['before'];
/** Values by name; `null`: not there. */
export type Values = Readonly<Record<string, Json>>;

export interface ValuesSeen<V extends Values = Record<string, Json>> {
  readonly uid: string;
  readonly present: V;
}

export interface ValueChange<T extends MetadataOnly, V extends Values = Record<string, Json>> {
  /** What it is called in messages: `Node worker-1`. */
  readonly called: string;
  readonly wanted: V;
  find(limits: Limits): Promise<T | undefined>;
  /** The present values, of the names in `wanted`. */
  valuesOf(object: T): V;
  /** Writes what is wanted at the version that `object` has, and answers what is there then. */
  write(object: T, o: { readonly dryRun: boolean }, limits: Limits): Promise<MetadataOnly>;
  /** Where in the object a value is, for the diff; the two objects are compared field by field when left out. */
  readonly pathOf?: (name: string) => string;
  /** Throws a StepFailure where this object must not be changed so; asked by the plan and again before the write. */
  assertMay?(object: T, limits: Limits): void | Promise<void>;
}

/** The plan of the values' change, and the object that it was made for: as it is, and as it would be. */
export function planValues<T extends MetadataOnly, V extends Values>(
  change: ValueChange<T, V>,
  limits: Limits,
): Promise<Planned<ValuesSeen<V>, ValuesSeen<V>> & { readonly object: T; readonly after: MetadataOnly }> {
  return uncontended(limits, async () => {
    const object = await present(change, limits);
    const seen = { uid: object.metadata?.uid ?? '', present: change.valuesOf(object) };
    const found = { object, preconditions: seen, preimage: seen };
    if (same(seen.present, change.wanted)) {
      const warnings = [`${change.called} is so already: nothing changes`];
      return { ...found, after: object, diff: [], dryRun: 'none' as const, warnings };
    }
    await change.assertMay?.(object, limits);
    const after = await change.write(object, { dryRun: true }, limits);
    const diff = change.pathOf
      ? diffOfValues(seen.present, change.wanted, change.pathOf)
      : semanticDiff(object, after);
    return { ...found, after, diff, dryRun: 'server' as const };
  });
}

/** `output` is made from the object as it was read and the one that the server answered with. */
export function applyValues<T extends MetadataOnly, V extends Values, O>(
  change: ValueChange<T, V>,
  o: { readonly expected: ValuesSeen<V>; readonly output: (object: T, written?: MetadataOnly) => O },
  limits: Limits,
): Promise<Applied<O>> {
  const { called, wanted } = change;
  return uncontended(limits, async () => {
    const object = await present(change, limits);
    if (object.metadata?.uid !== o.expected.uid) {
      throw new StepFailure('conflict', `${called} was replaced: another one has its name now`, {
        next: 'Look at the new one; the plan was for the old one.',
      });
    }
    const now = change.valuesOf(object);
    if (same(now, wanted)) return { outcome: 'already-satisfied' as const, output: o.output(object) };
    if (!same(now, o.expected.present)) {
      throw new StepFailure(
        'conflict',
        `${called} was changed since this was planned: ${differing(o.expected.present, now)}`,
        { next: 'Look at who changed it and why; the plan is made again from its present state.' },
      );
    }
    await change.assertMay?.(object, limits);
    const written = await change.write(object, { dryRun: false }, limits);
    return { outcome: 'applied' as const, output: o.output(object, written) };
  });
}

export async function probeValues<T extends MetadataOnly, V extends Values, O>(
  change: ValueChange<T, V>,
  o: { readonly expected: ValuesSeen<V>; readonly output: (object: T) => O },
  limits: Limits,
): Promise<Probed<O>> {
  const object = await change.find(limits);
  if (!object || object.metadata?.uid !== o.expected.uid) return { state: 'not-applied' };
  const now = change.valuesOf(object);
  if (same(now, change.wanted)) return { state: 'applied', output: o.output(object) };
  if (same(now, o.expected.present)) return { state: 'not-applied' };
  return {
    state: 'unknown',
    reason: `${change.called} is neither as it was nor as wanted: somebody changed it since`,
  };
}

/** The differences between two sets of values, for a plan or its undo. */
export const diffOfValues = (before: Values, after: Values, pathOf: (name: string) => string): DiffEntry[] =>
  differences(before, after).map((name) =>
    withoutSecrets({ path: pathOf(name), before: before[name] ?? null, after: after[name] ?? null }),
  );

/** The values of these two differ nowhere; a value that is not there is `null`. */
const same = (a: Values, b: Values): boolean => differences(a, b).length === 0;

const differences = (a: Values, b: Values): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => text(a[name]) !== text(b[name]));

const differing = (before: Values, now: Values): string =>
  differences(before, now)
    .slice(0, 5)
    .map((name) => `${name} is ${text(now[name])}, not ${text(before[name])}`)
    .join(', ');

const text = (value: Json | undefined): string => JSON.stringify(value ?? null);

async function present<T extends MetadataOnly>(
  change: Pick<ValueChange<T>, 'find' | 'called'>,
  limits: Limits,
): Promise<T> {
  const object = await change.find(limits);
  if (object) return object;
  throw new StepFailure('conflict', `There is no ${change.called}`, {
    next: 'Check the name and the namespace.',
  });
}
