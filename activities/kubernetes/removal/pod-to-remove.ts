/** Whether the pod that is to be removed is the one that was meant: for its plan, at the moment of writing, and afterwards. */
import { StepFailure, type Probed } from '../../kit/index.ts';
import type { ApiClient } from '../client/client.ts';
import type { Limits } from '../client/http.ts';
import type { RawPod } from '../client/raw.ts';
import type { ObjectRef, PodRef } from '../contract/identity.ts';
import type { Pod } from '../contract/pods.ts';
import { summariseAlone } from '../pods/read-pods.ts';

/** A pod and no other of its name. */
interface ExactPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** The preconditions of a pod that is gone already. Without a UID there never was one: `invalid`. */
export function goneAlready({ namespace, name, uid }: PodRef) {
  if (uid === undefined) {
    throw new StepFailure('invalid', `There is no pod ${namespace}/${name}`, {
      next: 'List the pods again.',
    });
  }
  return { uid, node: null, owner: null };
}

/** The pod that a reference means; `conflict` where another one has its name by now. */
export function podMeant(ref: PodRef, pod: RawPod): Pod {
  const summary = summariseAlone(pod);
  if (ref.uid !== undefined && ref.uid !== summary.uid) throw replaced(ref, summary.uid);
  return summary;
}

/** The pod as it stands now, or in a sentence why there is nothing left to do. */
export async function standingPod(
  api: ApiClient,
  { namespace, name, uid }: ExactPod,
  limits: Limits,
): Promise<{ readonly pod: RawPod; readonly now: Pod } | { readonly going: string }> {
  const pod = await api.find('pods', { namespace, name }, limits);
  if (!pod) return { going: 'it was gone already' };
  const now = podMeant({ namespace, name, uid }, pod);
  return now.condition === 'terminating' ? { going: 'it was being deleted already' } : { pod, now };
}

/** A pod that another node runs, or that another object would make again, is not the one that was approved. */
export function mustBeAsPlanned(
  now: Pod,
  expected: { readonly node: string | null; readonly owner: ObjectRef | null },
): void {
  if (now.node === expected.node && now.owner?.uid === expected.owner?.uid) return;
  throw new StepFailure(
    'conflict',
    `Pod ${now.namespace}/${now.name} has another node or owner than when this was planned`,
    { facts: { node: now.node, owner: ownerText(now.owner) } },
  );
}

/** Whether exactly this pod is gone or on its way. */
export async function probeRemoved(
  api: ApiClient,
  { namespace, name, uid }: ExactPod,
  limits: Limits,
): Promise<Probed<ExactPod & { readonly note: string }>> {
  const pod = await api.find('pods', { namespace, name }, limits);
  const isThere = pod?.metadata?.uid === uid;
  if (isThere && !pod?.metadata?.deletionTimestamp) return { state: 'not-applied' };
  const note = isThere ? 'it is being deleted' : 'it is gone';
  return { state: 'applied', output: { namespace, name, uid, note } };
}

export const ownerText = (owner: ObjectRef | null) => owner && `${owner.kind}/${owner.name}`;

function replaced({ namespace, name, uid }: PodRef, found: string) {
  return new StepFailure('conflict', `Pod ${namespace}/${name} was replaced: another one has its name now`, {
    next: 'Look at the new pod; the one that was meant is gone.',
    facts: { expected: uid ?? '', found },
  });
}
