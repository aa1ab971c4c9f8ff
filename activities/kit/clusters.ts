/**
 * One contract, several clusters. Everything about which cluster a step means is here: the field of its input, and the
 * cluster's name in its target and summary. The default is meant where the field is left out, and then nothing is added.
 */
import { z } from 'zod';
import type { ChangeSpec, ReadSpec } from './contract.ts';

export const ClusterName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/,
    'must be the name of a cluster (lower-case letters, digits and dashes)',
  );

const field = { cluster: ClusterName.optional() };

type WithCluster<I> =
  I extends z.ZodObject<infer Shape, infer Config>
    ? z.ZodObject<Shape & { cluster: z.ZodOptional<typeof ClusterName> }, Config>
    : never;

type OnCluster<T> = T extends { effect: 'change' } & ChangeSpec<infer I, infer O, infer P, infer S>
  ? { effect: 'change' } & ChangeSpec<WithCluster<I>, O, P, S>
  : T extends { effect: 'read' } & ReadSpec<infer I, infer O>
    ? { effect: 'read' } & ReadSpec<WithCluster<I>, O>
    : never;

// As in contract.ts: a table of different steps has no common type but `any`.
/* eslint-disable @typescript-eslint/no-explicit-any */
type AnySpec =
  ({ effect: 'read' } & ReadSpec<any, any>) | ({ effect: 'change' } & ChangeSpec<any, any, any, any>);
/* eslint-enable @typescript-eslint/no-explicit-any */

/** Steps that act on one cluster of several: each takes an optional `cluster`, the name of one in the configuration. */
export function onClusters<const S extends Record<string, AnySpec>>(
  specs: S,
): { readonly [K in keyof S]: OnCluster<S[K]> } {
  return Object.fromEntries(Object.entries(specs).map(([key, spec]) => [key, onCluster(spec)])) as {
    readonly [K in keyof S]: OnCluster<S[K]>;
  };
}

type Input = { readonly cluster?: string | undefined };

function onCluster(spec: AnySpec): AnySpec {
  const input = (spec.input as z.ZodObject).safeExtend(field);
  const summary = (given: Input) => {
    const text = (spec.summary as (input: Input) => string)(given);
    return given.cluster === undefined ? text : `${text} (cluster ${given.cluster})`;
  };
  if (spec.effect === 'read') return { ...spec, input, summary, onCluster: true };
  const target = (given: Input) => targetOn(given.cluster, (spec.target as (input: Input) => string)(given));
  return { ...spec, input, summary, target, onCluster: true };
}

/** `staging:node/worker-1`: two clusters' nodes of one name are two targets. */
export const targetOn = (cluster: string | undefined, target: string): string =>
  cluster === undefined ? target : `${cluster}:${target}`;

/** The cluster that a target names, and the target as that cluster has it. */
export function splitTarget(text: string): { readonly cluster?: string; readonly target: string } {
  const [, cluster, target] = /^([a-z0-9-]{1,40}):([^/]+\/.*)$/s.exec(text) ?? [];
  return cluster !== undefined && target !== undefined ? { cluster, target } : { target: text };
}

/** The cluster that an input names; undefined for the default, and for a step that knows no clusters. */
export function clusterNamed(contract: { readonly onCluster?: boolean }, input: unknown): string | undefined {
  return contract.onCluster ? (input as Input | null)?.cluster : undefined;
}
