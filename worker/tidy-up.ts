import type { Ledger } from '../ledger/api.ts';
import { operationsOfDeployment } from './activities/operation.ts';
import type { ConfiguredSteps } from './steps.ts';

interface TidyUp {
  readonly ledger: Pick<Ledger, 'freezes' | 'identity' | 'deployment'>;
  readonly deployment: string;
  readonly clusters: ConfiguredSteps['clusters'];
}

/**
 * Removes what a crash of this deployment left on its clusters; nothing where the cluster, or everything, is frozen. A
 * cluster that does not answer keeps the others from nothing: what it says is thrown at the end.
 */
export async function tidyUp({ ledger, deployment, clusters }: TidyUp): Promise<readonly string[]> {
  const scopes = (await ledger.freezes()).map(({ scope }) => scope);
  if (scopes.some(({ kind }) => kind === 'everything')) return [];
  const frozen = scopes.flatMap((scope) => (scope.kind === 'cluster' ? [scope.name] : []));
  const operations = operationsOfDeployment({ deployment, ledger: ledger as Ledger });
  const answers = await Promise.allSettled(
    clusters.filter(({ name }) => !frozen.includes(name)).map(({ tidy }) => tidy(operations)),
  );
  const failed = answers.find((answer) => answer.status === 'rejected');
  if (failed) throw failed.reason;
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}
