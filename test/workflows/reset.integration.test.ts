/** A workflow that is reset in Temporal acts no second time. */
import { expect, test } from '@jest/globals';
import { MESSAGES, type Question } from '../../workflows/messages.ts';
import { engineInWorld } from './engine-in-world.ts';
import type { Run } from './harness.ts';

const { engine, world } = engineInWorld();

/** Sends the run back to its beginning; answers the run that goes on from there. */
async function reset({ workflowId, handle, ...run }: Run) {
  const history = await handle.fetchHistory();
  const started = history.events!.find((e) => e.workflowTaskCompletedEventAttributes)!;
  await engine.client.workflowService.resetWorkflowExecution({
    namespace: engine.namespace,
    workflowExecution: {
      workflowId,
      runId: history.events![0]!.workflowExecutionStartedEventAttributes!.originalExecutionRunId,
    },
    workflowTaskFinishEventId: started.eventId,
    reason: 'test',
    requestId: `reset ${workflowId}`,
  });
  const again = engine.client.workflow.getHandle(workflowId);
  return {
    result: () => again.result(),
    decide: (question: Question, answer: string) =>
      again.executeUpdate(MESSAGES.decide, { args: [run.sign(question, { answer })] }),
  };
}

test('a run that is reset in Temporal repeats no effect', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  await run.decide(await run.question(), { answer: 'approve' });
  await run.end();
  const again = await reset(run);
  world.thing('a').value = 'on';
  await again.decide(await run.question(), 'approve');
  expect(await again.result()).toMatchObject({ outcome: 'completed', result: { after: 'off' } });
  expect(world.writes).toEqual(['a=off']);
});

test('what it had put back stays put back, also where the check would not pass now', async () => {
  world.thing('c').value = 'fixed';
  const run = await engine.start('set-two-put-back');
  await run.decide(await run.question(), { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  const writes = ['a=off', 'b=moved', 'a=on'];
  expect(world.writes).toEqual(writes);
  const again = await reset(run);
  Object.assign(world.thing('a'), { value: 'on' });
  Object.assign(world.thing('b'), { value: 'here' });
  Object.assign(world.thing('c'), { value: 'broken' });
  await again.decide(await run.question((q) => q.kind === 'approve'), 'approve');
  await again.decide(await run.question((q) => q.kind === 'hold'), 'skip');
  expect(await again.result()).toMatchObject({ outcome: 'completed' });
  expect(world.writes).toEqual(writes);
});
