import type { AnyContract, ImplementedStep } from '../activities/kit/index.ts';
import { ConfigError, loadSteps } from '../config/index.ts';
import type { WorkerRole } from './create-workers.ts';

/**
 * The steps that nightshift brings and those of the deployment's own systems, of which each has a name of its own. Throws
 * a ConfigError.
 */
export async function withOwnSteps<Shipped extends { readonly contract: AnyContract }>(
  shipped: readonly Shipped[],
  { module, role }: { readonly module: string | undefined; readonly role: WorkerRole },
): Promise<readonly (Shipped | ImplementedStep)[]> {
  if (module === undefined) return shipped;
  const steps = [...shipped, ...(await loadSteps(module, role))];
  const names = steps.map(({ contract }) => contract.name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return steps;
  throw new ConfigError(module, [
    {
      field: '',
      message: `there are two steps "${twice}"; give your system a name of its own in defineSteps`,
    },
  ]);
}
