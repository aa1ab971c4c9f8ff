/** A workflow that is reset in Temporal acts no second time. */
import { expect, test } from '@jest/globals';
import { MESSAGES } from '../../workflows/messages.ts';
import { engineInWorld } from './engine-in-world.ts';

const { engine, world } = engineInWorld();

test('a run that is reset in Temporal repeats no effect', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  await run.decide(await run.question(), { answer: 'approve' });
  await run.end();
  const history = await run.handle.fetchHistory();
  const started = history.events!.find((e) => e.workflowTaskCompletedEventAttributes)!;
  await engine.client.workflowService.resetWorkflowExecution({
    namespace: engine.namespace,
    workflowExecution: {
      workflowId: run.workflowId,
      runId: history.events![0]!.workflowExecutionStartedEventAttributes!.originalExecutionRunId,
    },
    workflowTaskFinishEventId: started.eventId,
    reason: 'test',
    requestId: 'reset-1',
  });
  world.thing('a').value = 'on';
  const again = engine.client.workflow.getHandle(run.workflowId);
  const question = await run.question();
  await again.executeUpdate(MESSAGES.decide, { args: [run.sign(question, { answer: 'approve' })] });
  expect(await again.result()).toMatchObject({ outcome: 'completed', result: { after: 'off' } });
  expect(world.writes).toEqual(['a=off']);
}, 120_000);
