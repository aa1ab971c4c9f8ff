import type { CallContext } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { accessesOf, type Access, type StepCall } from './accesses-of.ts';

/** How long an answer of yes is believed. A no is asked again each time: somebody may just have mended it. */
const BELIEVED_MS = 60_000;

export type MissingRights = (calls: readonly StepCall[], context: CallContext) => Promise<Access[]>;

/** Asks the API server (SelfSubjectAccessReview) what this client's account lacks for these calls. */
export function createMissingRights({ api, probe }: Pick<KubernetesClient, 'api' | 'probe'>): MissingRights {
  const allowed = new Map<string, number>();
  return async (calls, context) => {
    const wanted = new Map(
      calls
        .flatMap((call) => accessesOf(call, probe.namespace))
        // What one step goes on without another may need: that is said last, and stays.
        .toSorted((a, b) => Number(b.without !== undefined) - Number(a.without !== undefined))
        .map((access) => [JSON.stringify({ ...access, without: undefined }), access] as const),
    );
    const now = Date.now();
    for (const [key, until] of allowed) if (until <= now) allowed.delete(key);
    const unknown = [...wanted].filter(([key]) => !allowed.has(key));
    const answers = await Promise.all(unknown.map(([, access]) => api.may(access, context)));
    unknown.forEach(([key], i) => answers[i] && allowed.set(key, now + BELIEVED_MS));
    return unknown.flatMap(([, access], i) => (answers[i] ? [] : [access]));
  };
}
