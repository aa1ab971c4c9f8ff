import { StepFailure } from '../../kit/index.ts';
import { quotable } from '../program/answer.ts';
import type { Unseen } from './decide-sync.ts';

/** What a host or the API did not tell, as words. A wrong host key, key or configuration is no such thing and thrown. */
export async function seen<T extends object>(get: () => Promise<T>, otherwise: string): Promise<T | Unseen> {
  try {
    return await get();
  } catch (error) {
    if (error instanceof StepFailure && error.kind !== 'retryable') throw error;
    return { unseen: `${otherwise}: ${quotable(error instanceof Error ? error.message : String(error))}` };
  }
}
