import { StepFailure } from '../../kit/index.ts';
import type { ApiClient } from '../client/client.ts';
import type { Limits } from '../client/http.ts';
import type { RawPod } from '../client/raw.ts';
import type { PodRef } from '../contract/identity.ts';

/** The pod, when it is still the one that is meant and runs; `conflict` otherwise. */
export async function livePod(
  api: ApiClient,
  { namespace, name, uid }: PodRef,
  limits: Limits,
): Promise<RawPod> {
  const pod = await api.find('pods', { namespace, name }, limits);
  if (!pod || (uid !== undefined && pod.metadata?.uid !== uid)) {
    throw new StepFailure('conflict', `Pod ${namespace}/${name} ${pod ? 'was replaced' : 'is gone'}`, {
      next: 'List the pods again.',
    });
  }
  if (pod.status?.phase !== 'Running') {
    throw new StepFailure(
      'conflict',
      `Pod ${namespace}/${name} does not run: it is ${pod.status?.phase ?? 'unknown'}`,
    );
  }
  return pod;
}
