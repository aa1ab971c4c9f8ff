import type { Ledger } from '../ledger/api.ts';
import { operationsOfDeployment } from './activities/operation.ts';
import type { ConfiguredSteps } from './steps.ts';

interface TidyUp {
  readonly ledger: Pick<Ledger, 'freezes' | 'identity' | 'deployment'>;
  readonly deployment: string;
  readonly cluster: string;
  readonly tidy: ConfiguredSteps['tidy'];
}

/** Removes what a crash of this deployment left on the cluster; nothing while the cluster, or everything, is frozen. */
export async function tidyUp({ ledger, deployment, cluster, tidy }: TidyUp): Promise<readonly string[]> {
  const isFrozen = (await ledger.freezes()).some(
    ({ scope }) => scope.kind === 'everything' || (scope.kind === 'cluster' && scope.name === cluster),
  );
  return isFrozen ? [] : tidy(operationsOfDeployment({ deployment, ledger: ledger as Ledger }));
}
