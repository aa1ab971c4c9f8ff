import type { CallOptions, ReadContract } from './contract.ts';
import type { ProposedChange } from './proposed-change.ts';

/** What the engine does when a runbook calls a step. */
export interface Caller {
  read(contract: ReadContract, input: unknown, options?: CallOptions): Promise<unknown>;
  made(change: ProposedChange): void;
}

/** On the global object, which each run has for itself; this module is one that all runs of a worker share. */
const held = globalThis as typeof globalThis & { nightshiftCaller?: Caller };

/** The engine puts itself here when the workflow bundle loads. Outside a workflow nothing is bound. */
export function bindCaller(caller: Caller): void {
  held.nightshiftCaller = caller;
}

export function caller(step: string): Caller;
export function caller(step: string, need: 'optional'): Caller | undefined;
export function caller(step: string, need?: 'optional'): Caller | undefined {
  const bound = held.nightshiftCaller;
  if (!bound && need !== 'optional') {
    throw new Error(`${step} was called outside a run; steps can only be called from a runbook's run()`);
  }
  return bound;
}
