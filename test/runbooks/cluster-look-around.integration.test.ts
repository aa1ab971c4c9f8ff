import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startEngine, type Engine } from '../workflows/harness.ts';
import { World, worldSteps } from './world.ts';

const world = new World('shops').add({ node: 1 }, { node: 2 }, { node: 3 });
world.bad.nodes.add(world.node(3));
world.cordoned.set(world.node(2), 'somebody');
let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    entry: new URL('../../worker/entry.ts', import.meta.url),
    steps: worldSteps([world]),
  });
});
afterAll(() => engine.stop());

test('it tells what wants attention and changes nothing', async () => {
  const run = await engine.start('cluster-look-around', { namespace: 'shops' });
  expect(await run.end()).toEqual({
    outcome: 'completed',
    result: { nodes: 3, troubledNodes: ['shops-w2'], pods: 3, sickPods: ['shops/shop-3'] },
  });
  const { journal } = await run.state();
  const told = journal.filter((e) => e.kind === 'finding' || e.kind === 'note').map((e) => e.text);
  expect(told).toContain('2 of 3 nodes with pods are well');
  expect(told).toContain('1 of 3 pods in namespace shops are sick');
  expect(world.effects).toEqual([]);
  expect(await engine.ledger.intents(run.workflowId)).toEqual([]);
});
