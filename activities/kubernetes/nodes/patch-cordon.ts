import { StepFailure } from '../../kit/index.ts';
import type { ApiClient } from '../client/client.ts';
import type { Limits } from '../client/http.ts';
import type { RawNode } from '../client/raw.ts';
import { CORDONED_BY, CORDONED_WHY } from '../contract/nodes.ts';

/** The same object, at the version that was read, and written only while it is that. */
function guard(node: RawNode) {
  return { uid: node.metadata?.uid, resourceVersion: node.metadata?.resourceVersion };
}

export function cordonPatch(node: RawNode, { by, why }: { readonly by: string; readonly why: string }) {
  return {
    metadata: { ...guard(node), annotations: { [CORDONED_BY]: by, [CORDONED_WHY]: why } },
    spec: { unschedulable: true },
  };
}

export function uncordonPatch(node: RawNode) {
  return {
    metadata: { ...guard(node), annotations: { [CORDONED_BY]: null, [CORDONED_WHY]: null } },
    spec: { unschedulable: null },
  };
}

/** The node of this UID; a `conflict` when it is gone or another has its name. */
export async function sameNode(
  api: ApiClient,
  { node: name, uid }: { readonly node: string; readonly uid: string },
  limits: Limits,
): Promise<RawNode> {
  const node = await api.find('nodes', { name }, limits);
  if (!node) throw new StepFailure('conflict', `Node ${name} is gone`);
  if (node.metadata?.uid !== uid) {
    throw new StepFailure('conflict', `Node ${name} was replaced: another one has its name now`, {
      next: 'Look at the new node; the plan was for the old one.',
      facts: { node: name, expected: uid, found: node.metadata?.uid ?? '' },
    });
  }
  return node;
}
