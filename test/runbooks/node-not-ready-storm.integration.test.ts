/** What forty nodes that stop reporting at once become. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { matchTriggers } from '../../gateway/alerts/match-triggers.ts';
import type { Ledger } from '../../ledger/api.ts';
import nodeNotReady from '../../runbooks/node-not-ready.ts';
import { anAlert, createDeployment, type TestDeployment } from '../ledger/deployment.ts';

let deployment: TestDeployment;
let ledger: Ledger;
beforeAll(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
});
afterAll(() => deployment.end());

const startable = async () => (await ledger.runsToStart(100)).map(({ workflowId }) => workflowId);

test('five runs, and thirty-five that say that they wait for a place and follow as those end', async () => {
  const runs: string[] = [];
  for (let i = 0; i < 40; i++) {
    const alert = anAlert({ name: 'KubeNodeNotReady', labels: { node: `worker-${i}` } });
    const { matches } = matchTriggers([nodeNotReady], alert);
    const received = await ledger.receiveAlert(alert, matches);
    runs.push(...received.runs.map(({ workflowId }) => workflowId));
  }
  expect(new Set(runs).size).toBe(40);
  const first = await startable();
  expect(first).toHaveLength(5);
  const waiting = runs.filter((workflowId) => !first.includes(workflowId));
  for (const workflowId of waiting)
    expect((await ledger.run(workflowId))?.waits).toEqual({
      what: '5 runs of node-not-ready at once, and no place is free',
      on: expect.arrayContaining(first),
    });
  for (const workflowId of first) await ledger.runStarted(workflowId);
  expect(await startable()).toEqual([]);
  await ledger.sealRun({ workflowId: first[0]!, outcome: 'completed', result: null, journal: [] });
  const next = await startable();
  expect(next).toHaveLength(1);
  expect(waiting).toContain(next[0]);
});
