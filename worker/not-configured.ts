import { StepFailure, type AnyContract, type ImplementedStep } from '../activities/kit/index.ts';

/** The steps of a system that the configuration leaves out: they are known, and say what to write. */
export function notConfigured(
  steps: Readonly<Record<string, { readonly contract: unknown }>>,
  field: string,
): ImplementedStep[] {
  const fail = async (): Promise<never> => {
    throw new StepFailure('invalid', `this deployment has no \`${field}\``, {
      next: `Add \`${field}\` to nightshift.config.ts and restart the worker`,
    });
  };
  return Object.values(steps).map((step) => {
    const contract = step.contract as AnyContract;
    return contract.effect === 'read'
      ? { contract, run: fail }
      : { contract, implementation: { plan: fail, apply: fail, probe: fail } };
  });
}
