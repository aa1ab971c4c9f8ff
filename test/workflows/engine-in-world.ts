import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import type { Leftover } from '../../ledger/api.ts';
import { World } from './fixtures/steps.ts';
import { startEngine, type Engine } from './harness.ts';

/** A worker's death in the middle of a step: nothing that the step said on purpose. */
export const lost = () => new Error('the process was killed');

/**
 * One engine for a test file, in a world that is as new before every test: a is on, b is here, c is broken. Call it at
 * the top of the file; `engine` is there once its tests begin.
 */
export function engineInWorld(): {
  readonly engine: Engine;
  readonly world: World;
  /** What the sealed log says of a run so far. */
  readonly recordOf: (workflowId: string) => Promise<string>;
  readonly leftBy: (workflowId: string) => Promise<readonly Leftover[]>;
} {
  const world = new World();
  const engine = {} as Engine;
  beforeAll(async () => {
    const entry = new URL('./fixtures/entry.ts', import.meta.url);
    Object.assign(engine, await startEngine({ entry, steps: world.steps }));
    world.whenLost = () => engine.letDeadlinesPass();
  });
  afterAll(() => engine.stop());
  beforeEach(() => {
    world.reset();
    for (const [name, value] of Object.entries({ a: 'on', b: 'here', c: 'broken' })) world.put(name, value);
  });
  return {
    engine,
    world,
    recordOf: async (workflowId) => {
      await engine.ledger.seal();
      return JSON.stringify(await engine.ledger.exportRecord(workflowId));
    },
    leftBy: async (workflowId) =>
      (await engine.ledger.leftovers()).filter((l) => l.workflowId === workflowId),
  };
}
