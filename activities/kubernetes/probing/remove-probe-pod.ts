import type { ApiClient } from '../client/client.ts';
import { hasStatus } from '../client/failure.ts';
import type { Limits } from '../client/http.ts';
import type { RawPod } from '../client/raw.ts';
import type { KubernetesClient } from '../clients.ts';
import { PROBE_LABEL, PROBE_OPERATION, probePodName } from './probe-pod.ts';

const REMOVAL_LIMIT = 5_000;

/**
 * Takes a probe pod away, by UID. Its own time limit, not the call's: a cancelled or late call removes what it made
 * too. A failure is swallowed: the probe's result counts, and `removeLeftProbes` finds what was left.
 */
export async function removeProbePod(api: ApiClient, pod: RawPod): Promise<void> {
  const { namespace, name, uid = '' } = pod.metadata ?? {};
  try {
    await api.remove('pods', { namespace, name, uid, gracePeriodSeconds: 0 }, ownLimits());
  } catch {
    // Gone already, or the API server is away.
  }
}

/** The same when it is not known whether the pod was made: a create that got no answer. */
export async function removeProbeOf(
  api: ApiClient,
  { namespace, operation }: { readonly namespace: string; readonly operation: string },
): Promise<void> {
  try {
    const pod = await api.find('pods', { namespace, name: probePodName(operation) }, ownLimits());
    if (pod?.metadata?.annotations?.[PROBE_OPERATION] === operation) await removeProbePod(api, pod);
  } catch {
    // The API server is away.
  }
}

function ownLimits(): Limits {
  return {
    signal: AbortSignal.timeout(REMOVAL_LIMIT),
    deadline: new Date(Date.now() + REMOVAL_LIMIT),
  };
}

/**
 * Removes probe pods older than `olderThanMs` that a crash of this deployment left behind; their names. Those of others
 * are let be: only a pod whose operation begins with `operations` is this deployment's.
 */
export async function removeLeftProbes(
  { api, probe }: Pick<KubernetesClient, 'api' | 'probe'>,
  { olderThanMs, operations }: { readonly olderThanMs: number; readonly operations: string },
  limits: Limits,
): Promise<string[]> {
  const { namespace } = probe;
  const { items } = await api.list('pods', { namespace, labelSelector: `${PROBE_LABEL}=true` }, limits);
  const left = items.filter(
    ({ metadata }) =>
      metadata?.annotations?.[PROBE_OPERATION]?.startsWith(operations) &&
      Date.now() - Date.parse(metadata.creationTimestamp ?? '') > olderThanMs,
  );
  for (const { metadata } of left) {
    try {
      await api.remove(
        'pods',
        { namespace, name: metadata?.name, uid: metadata?.uid ?? '', gracePeriodSeconds: 0 },
        limits,
      );
    } catch (error) {
      if (!hasStatus(error, 404)) throw error;
    }
  }
  return left.map((p) => p.metadata?.name ?? '');
}
