import type { Ledger } from '../api.ts';
import type { LedgerContext } from '../database/context.ts';
import { LedgerRefused } from '../errors.ts';
import { KeyError, keyPairFromPem } from '../keys.ts';
import { recordBacklog } from './backlog.ts';
import type { Sealer } from './checkpoint.ts';
import { exportLog, exportRecord } from './export.ts';
import { sealClosedRun } from './seal-closed-run.ts';
import { keepStory, sealRun } from './seal-run.ts';
import { seal } from './seal.ts';
import type { Witness } from './witness.ts';

export function recordMethods(
  context: LedgerContext,
  o: { sealer?: { privateKeyPem: string; name: string } | undefined; witness?: Witness | undefined },
): Pick<
  Ledger,
  'keepStory' | 'sealRun' | 'sealClosedRun' | 'seal' | 'exportRecord' | 'exportLog' | 'recordBacklog'
> {
  const sealer = o.sealer === undefined ? undefined : openSealer(o.sealer);
  return {
    keepStory: (story) => keepStory(context, story),
    sealRun: (end) => sealRun(context, end),
    sealClosedRun: (end) => sealClosedRun(context, end),
    seal: together(async () => {
      if (sealer === undefined) {
        throw new LedgerRefused('this process has no sealing key; run the sealer where the key is');
      }
      return seal(context, { sealer, witness: o.witness });
    }),
    recordBacklog: () => recordBacklog(context),
    exportRecord: (workflowId) => exportRecord(context, workflowId),
    exportLog: () => exportLog(context),
  };
}

/**
 * Calls that come while one is under way share the next one: it sees what they have appended, and a storm of ending
 * runs does not hold every connection waiting for the sealer's lock.
 */
function together<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const begin = (): Promise<T> =>
    (running = work().finally(() => {
      running = undefined;
    }));
  const call = (): Promise<T> => {
    if (running === undefined) return begin();
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return call();
      });
    return next;
  };
  return call;
}

function openSealer({ privateKeyPem, name }: { privateKeyPem: string; name: string }): Sealer {
  if (!/^[^\s+]{1,100}$/.test(name)) {
    throw new KeyError(`"${name}" cannot name the sealer in a checkpoint: no spaces and no "+"`);
  }
  return { name, ...keyPairFromPem(privateKeyPem) };
}
