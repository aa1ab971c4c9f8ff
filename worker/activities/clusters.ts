/** Which cluster a change means: said in its input, pinned in its plan, so that a later default cannot move it. */
import { clusterNamed, type AnyContract, type PlannedChange } from '../../activities/kit/index.ts';
import type { CheckToPass } from '../../workflows/engine-activities.ts';
import { readNamed, type ActivityDependencies } from './dependencies.ts';

type Deployed = Pick<ActivityDependencies, 'cluster' | 'clusters'>;

const isOneOfSeveral = ({ clusters = [] }: Deployed): boolean => clusters.length > 1;

/** The default is meant where none is named; named or not, it is one target. */
export function withoutDefault(deps: Deployed, contract: AnyContract, input: unknown): unknown {
  if (clusterNamed(contract, input) !== deps.cluster) return input;
  const { cluster: _, ...rest } = input as Record<string, unknown>;
  return rest;
}

/** The name to show and to pin; undefined where there is one cluster, and for steps that act on none. */
export const clusterToPin = (deps: Deployed, contract: AnyContract, input: unknown): string | undefined =>
  contract.onCluster && isOneOfSeveral(deps) ? (clusterNamed(contract, input) ?? deps.cluster) : undefined;

/** The input of a planned change or undo, as its step is handed it: on the cluster that it was planned for. */
export const inputOf = ({
  input,
  cluster,
}: {
  readonly input: PlannedChange['input'];
  readonly cluster?: string | undefined;
}): PlannedChange['input'] => (cluster === undefined ? input : { ...(input as object), cluster });

/** A check asks the cluster of the change that waits for it, where it names no other. */
export function checkOn<C extends CheckToPass | undefined>(
  { steps }: Pick<ActivityDependencies, 'steps'>,
  check: C,
  cluster: string | undefined,
): C {
  if (!check || cluster === undefined) return check;
  const contract = readNamed(steps, check.step)?.contract;
  if (!contract?.onCluster || clusterNamed(contract, check.input) !== undefined) return check;
  return { ...check, input: { ...(check.input as object), cluster } };
}
