import type { ImplementedStep } from '../activities/kit/index.ts';
import { loadModule, problemWith } from './load-runbooks.ts';

/** What a worker does: a `workflows` worker has no credentials for changes, so that clients for them need not be made. */
type Role = 'both' | 'workflows' | 'changes';

/**
 * The steps of a deployment's own systems: what the function that a module exports by default makes of the worker's role.
 * Called once by each worker when it starts. Throws a ConfigError that says what to write.
 */
export async function loadSteps(file: string, role: Role): Promise<readonly ImplementedStep[]> {
  const { default: make } = await loadModule(file);
  if (typeof make !== 'function') {
    throw problemWith(file, 'its default export is no function; write "export default () => [...mySteps];"');
  }
  let steps: unknown;
  try {
    steps = await (make as (worker: { readonly role: Role }) => unknown)({ role });
  } catch (cause) {
    const error = problemWith(file, `its steps cannot be made: ${(cause as Error).message}`);
    error.cause = cause;
    throw error;
  }
  if (Array.isArray(steps) && steps.every(isStep)) return steps;
  throw problemWith(
    file,
    'its function answers no list of steps; make each with implementRead or implementChange',
  );
}

const isStep = (value: unknown): value is ImplementedStep =>
  typeof value === 'object' && value !== null && 'contract' in value;
