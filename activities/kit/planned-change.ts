import { z } from 'zod';
import { hashOf } from './canonical.ts';
import { Risk } from './risk.ts';

/** One field that a change writes: its path, and the value before and after (`null`: absent). */
export const DiffEntry = z.object({ path: z.string(), before: z.json(), after: z.json() });
export type DiffEntry = z.output<typeof DiffEntry>;

/** The check that must have passed before the write, and how old its pass may be, e.g. `30s`. */
const Once = z.object({ step: z.string(), input: z.json(), maxAge: z.string() });

/** The inverse of a change, computed with its plan and covered by its hash. */
export const PlannedUndo = z.object({
  step: z.string(),
  version: z.number().int(),
  input: z.json(),
  target: z.string(),
  risk: Risk,
  summary: z.string(),
  preconditions: z.json(),
  diff: z.array(DiffEntry),
  once: Once.optional(),
  /** As of the change that it undoes. */
  cluster: z.string().optional(),
});
export type PlannedUndo = z.output<typeof PlannedUndo>;

/** A proposed change as the person sees it and as the worker carries it out: the unit that is hashed and granted. */
export const PlannedChange = z.object({
  step: z.string(),
  version: z.number().int(),
  input: z.json(),
  target: z.string(),
  summary: z.string(),
  /** The contract's risk, or a graver one that the plan found. */
  risk: Risk,
  diff: z.array(DiffEntry),
  preconditions: z.json(),
  preimage: z.json(),
  /** How the diff was found: by a server-side dry run, from the plan's earlier changes, or by reading only. */
  dryRun: z.enum(['server', 'derived', 'none']),
  /** What the reader should know before saying yes: capacity left, who owns the object, what restarts. */
  warnings: z.array(z.string()),
  undo: PlannedUndo.optional(),
  /** For a put-back. */
  once: Once.optional(),
  /** The cluster that it was planned for; present where the deployment has several, the default's name too. */
  cluster: z.string().optional(),
});
export type PlannedChange = z.output<typeof PlannedChange>;

/** A change's hash: over everything that the person saw of it. */
export const changeHash = (change: PlannedChange): string => hashOf(change);

/** What a plan's hash covers, so that an effect is handed its own change and this list, not the whole plan. */
export const PlanDigest = z.object({
  ordinal: z.number().int(),
  title: z.string(),
  changes: z.array(z.string()),
  putBacks: z.array(z.string()),
  /** The gravest of its changes, and the steps of all of them and of the put-backs, in order: what a policy judges it by. */
  risk: Risk,
  steps: z.array(z.string()),
});
export type PlanDigest = z.output<typeof PlanDigest>;

/** The plan's hash. The ordinal is left out: an unchanged plan that is asked again is the same plan. */
export const planHash = ({ title, changes, putBacks, risk, steps }: PlanDigest): string =>
  hashOf({ title, changes, putBacks, risk, steps });

/** Where a carried-out change stands in its plan. */
export const POSITION_KINDS = ['change', 'put-back', 'undo'] as const;
export const Position = z.object({ kind: z.enum(POSITION_KINDS), index: z.number().int().nonnegative() });
export type Position = z.output<typeof Position>;

/**
 * The name of one effect: deployment, workflow id, plan and position; never Temporal's run id, so that a run that was
 * reset does not act again. Objects that a change marks (a cordon's annotation, a host operation) carry this text.
 */
export function operationId(o: {
  deployment: string;
  workflowId: string;
  plan: number;
  position: Position;
}): string {
  return `${o.deployment}/${o.workflowId}/${o.plan}/${o.position.kind}-${o.position.index}`;
}

/** What a plan keeps other runs from, from its first change until so many of its changes and put-backs are done. */
export interface PlanHolds {
  readonly targets: readonly string[];
  readonly effects: number;
  /** The plan of the same run whose place it takes. */
  readonly insteadOf?: number | undefined;
}
