import { operationId } from '../../activities/kit/index.ts';
import type { IntentKey } from '../../ledger/api.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** The ledger's own name is part of it: what a lost ledger left on hosts and objects is not this one's. */
const deploymentOf = ({ deployment, ledger }: Pick<ActivityDependencies, 'deployment' | 'ledger'>): string =>
  `${deployment}.${ledger.identity}`;

/** The name of one effect, as hosts and objects carry it. */
export const operationOf = (deps: ActivityDependencies, key: IntentKey): string =>
  operationId({ deployment: deploymentOf(deps), ...key });

/** What the operation ids of this deployment begin with. */
export const operationsOfDeployment = (deps: Pick<ActivityDependencies, 'deployment' | 'ledger'>): string =>
  `${deploymentOf(deps)}/`;

/** What the operation ids of one run begin with. */
export const operationsOfRun = (deps: ActivityDependencies, workflowId: string): string =>
  `${deploymentOf(deps)}/${workflowId}/`;
