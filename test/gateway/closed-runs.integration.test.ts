/** A run that somebody terminates in Temporal cannot write its end: its record is sealed all the same. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHouse, until, type House } from './house.ts';
import { questionFor } from './question.ts';

let house: House;
beforeAll(async () => {
  house = await createHouse();
});
afterAll(() => house.close());

test('a terminated run is sealed as terminated, with the story it can still tell; its questions are closed', async () => {
  const gateway = await house.startGateway();
  await house.startWorker();
  const ana = await house.client(gateway, 'ana');
  const { workflowId } = await ana.startRun({ runbook: 'by-hand', input: { service: 'terminated' } });
  await until(async () => (await house.ledger.run(workflowId))?.status === 'started');
  const question = questionFor({});
  await house.ledger.openQuestion({ workflowId, runbook: 'by-hand', question });
  await house.temporal.workflow.getHandle(workflowId).terminate('somebody lost patience');

  await until(async () => (await house.ledger.run(workflowId))?.status === 'ended');
  const run = await house.ledger.run(workflowId);
  expect(run).toMatchObject({ outcome: 'terminated', result: expect.stringMatching(/TERMINATED/) });
  await until(async () => (await house.ledger.question(workflowId, question.id))?.status === 'closed');
  expect((await house.ledger.question(workflowId, question.id))?.closedAs).toBe('withdrawn');
});
