import {
  allHandlersFinished,
  condition,
  setWorkflowOptions,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { run } from './current-run.ts';
import { installHandlers } from './handlers.ts';
import type { ReminderInput } from './notes.ts';
import { ask } from './questions.ts';

/**
 * Moves to the newest bundle by itself, so that a reminder for next month keeps no old one. A server refuses to hear of
 * that from a worker without versions (a test's, a benchmark's).
 */
setWorkflowOptions(
  () =>
    workflowInfo().currentDeploymentVersion?.deploymentName ? { versioningBehavior: 'AUTO_UPGRADE' } : {},
  reminder,
);

/** Events: after a year of "tomorrow" it has to be done or dropped. */
const LONG = 8_000;

/** Waits, then asks once; silence for a week leaves it as not answered, which the ledger shows. */
export async function reminder({ text, to, waitMs, run: from }: ReminderInput): Promise<{ answer: string }> {
  installHandlers();
  await sleep(waitMs);
  for (;;) {
    const answered = await ask({
      kind: 'reminder',
      title: text,
      body: `A reminder from run ${from}.`,
      options: [
        { answer: 'done', meaning: 'it is done; close the reminder' },
        ...(workflowInfo().historyLength < LONG
          ? [{ answer: 'tomorrow', meaning: 'ask again in a day' }]
          : []),
        { answer: 'drop', meaning: 'it will not be done; close the reminder' },
      ],
      from: [to],
      quorum: 1,
      within: '7 days',
      silence: 'It is closed as not answered after a week.',
    });
    if (answered.answer !== 'tomorrow') {
      await Promise.allSettled(run.background);
      await condition(allHandlersFinished);
      return { answer: answered.answer ?? 'not answered' };
    }
    await sleep('1 day');
  }
}
