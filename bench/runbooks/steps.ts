/** What the bench's own steps do. */
import { request } from 'undici';
import {
  implementChange,
  implementRead,
  StepFailure,
  type ImplementedStep,
} from '../../activities/kit/index.ts';
import { bench } from './contract.ts';

export const look = implementRead(bench.look, async ({ n }) => ({ n, ready: true }));

/** `outside` is the URL of the server in `bench/house/outside.ts`. */
export function benchSteps(outside: string): ImplementedStep[] {
  const at = (operation: string) => `${outside}?operation=${encodeURIComponent(operation)}`;
  const write = implementChange(bench.write, {
    plan: async ({ key }) => ({
      diff: [{ path: key, before: null, after: 'written' }],
      preconditions: {},
      preimage: {},
      dryRun: 'none',
    }),
    async apply(_input, _preconditions, { operation, signal }) {
      try {
        const { body } = await request(at(operation), { method: 'POST', signal });
        await body.dump();
      } catch (cause) {
        throw new StepFailure('unknown-outcome', 'the outside did not answer', { cause });
      }
      return { outcome: 'applied', output: {} };
    },
    async probe(_input, _preconditions, { operation, signal }) {
      const { body } = await request(at(operation), { signal });
      const { done } = (await body.json()) as { done: boolean };
      return done ? { state: 'applied', output: {} } : { state: 'not-applied' };
    },
  });
  return [look, write];
}
