import { afterAll, beforeAll } from '@jest/globals';
import type { ImplementedStep } from '../../activities/kit/index.ts';
import { startEngine, type Engine } from '../workflows/harness.ts';
import { ON_CALL } from './on-call.ts';
import { stage } from './stage.ts';

/**
 * One engine with all runbooks for a test file, whose runs are told apart by the scene that they are in. Call it at the
 * top of the file; the engine is there once its tests begin. `everywhere`: steps that are of no scene.
 */
export function onStage(
  scenes: Readonly<Record<string, { readonly steps: readonly ImplementedStep[] }>>,
  everywhere: readonly ImplementedStep[] = [],
): Engine {
  const engine = {} as Engine;
  beforeAll(async () => {
    const steps = stage(
      Object.fromEntries(Object.entries(scenes).map(([name, scene]) => [name, scene.steps])),
    );
    const entry = new URL('../../worker/entry.ts', import.meta.url);
    Object.assign(engine, await startEngine({ entry, steps: [...steps, ...everywhere], people: ON_CALL }));
  });
  afterAll(() => engine.stop());
  return engine;
}
