import { expect, test } from '@jest/globals';
import type { RunOutcome } from '../../workflows/messages.ts';
import { createApiClient, type ApiClient } from '../../gateway/api-client.ts';

/** Never called: what compiles and what does not is the test (`tsc` runs over it). */
async function promises(client: ApiClient) {
  const { runs } = await client.runs({ status: 'ended' });
  const outcome: RunOutcome | undefined = runs[0]?.outcome;
  await client.startRun({ runbook: 'a', input: {} });
  // @ts-expect-error a run needs its runbook
  await client.startRun({ input: {} });
  // @ts-expect-error no such status
  await client.runs({ status: 'finished' });
  // @ts-expect-error what the person saw is part of a decision
  await client.decide('w', 'q', { answer: 'approve' });
  // @ts-expect-error the answer has no such field
  void (await client.runbooks()).books;
  for await (const event of client.watch('w')) {
    if (event.kind === 'reconnecting') event.why.trim();
    else event.detail.run.workflowId.trim();
  }
  return outcome;
}

test('the types above hold', () => {
  expect(promises).toBeInstanceOf(Function);
  expect(createApiClient({ url: 'http://127.0.0.1:1', token: 't' }).runs).toBeInstanceOf(Function);
});
