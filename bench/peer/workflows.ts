/** The least that Temporal allows for the same outside work: no plan, no grant, no intent, no record. */
import {
  condition,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
} from '@temporalio/workflow';
import type { PeerActivities } from './activities.ts';

const options = { startToCloseTimeout: '30s', retry: { maximumAttempts: 1 } } as const;
const ordinary = proxyActivities<PeerActivities>(options);
const local = proxyLocalActivities<PeerActivities>(options);

export async function cordon(nodes: readonly string[]): Promise<void> {
  for (const node of nodes) await ordinary.cordon(node);
}

export const approve = defineUpdate<void, []>('approve');

/** Waits for its approval, then cordons. */
export async function askToCordon(node: string): Promise<void> {
  let approved = false;
  setHandler(approve, () => void (approved = true));
  await condition(() => approved);
  await ordinary.cordon(node);
}

export async function lookLocally(times: number): Promise<void> {
  for (let n = 1; n <= times; n++) await local.look({ n });
}

export async function lookOrdinarily(times: number): Promise<void> {
  for (let n = 1; n <= times; n++) await ordinary.look({ n });
}
