import { condition } from '@temporalio/workflow';
import { run } from './current-run.ts';

/** Waits while a person has the run in their hands. The stop button ends that wait as well. */
export async function handsOff(): Promise<void> {
  if (isInHands()) await condition(() => !isInHands());
}

export const isInHands = (): boolean => run.hands.taken && run.stopped === undefined;
