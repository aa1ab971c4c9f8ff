import { StepFailure } from '../../kit/index.ts';
import type { ValueChange } from '../changes/change-values.ts';
import type { ApiClient } from '../client/client.ts';
import type { Limits } from '../client/http.ts';
import type { RawNode } from '../client/raw.ts';

/** Values by key; `null`: not there. */
export type Marks = Record<string, string | null>;

type Patch = { readonly metadata?: object; readonly spec?: object };

/** The change of some labels or taints of a node. */
export function markChange(
  api: ApiClient,
  o: {
    readonly node: string;
    /** `label`, `taint`. */
    readonly mark: string;
    readonly wanted: Marks;
    /** Another value that is there may be replaced. */
    readonly overwrite: boolean;
    readonly pathOf: (key: string) => string;
    readonly valuesOf: (node: RawNode) => Marks;
    readonly patch: (node: RawNode) => Patch;
  },
): ValueChange<RawNode, Marks> {
  const { node: name, mark, wanted, overwrite, pathOf, valuesOf, patch } = o;
  return {
    ...{ called: `Node ${name}`, wanted, pathOf, valuesOf },
    find: (limits) => api.find('nodes', { name }, limits),
    assertMay(node) {
      if (!overwrite) assertNoneReplaced({ mark, node: name, present: valuesOf(node), wanted });
    },
    write: (node, { dryRun }, limits) => patchNode(api, { node, patch: patch(node), dryRun }, limits),
  };
}

/** What the change of a node's marks answers. */
export const markedOutput =
  (node: string, wanted: Marks) =>
  ({ metadata }: RawNode) => ({ node, uid: metadata?.uid ?? '', present: { ...wanted } });

/** A merge patch on the very node that was read, at its version. */
function patchNode(
  api: ApiClient,
  o: {
    readonly node: RawNode;
    readonly patch: Patch;
    readonly dryRun: boolean;
  },
  limits: Limits,
): Promise<RawNode> {
  const { name, uid, resourceVersion } = o.node.metadata ?? {};
  const patch = { ...o.patch, metadata: { ...o.patch.metadata, uid, resourceVersion } };
  return api.patch('nodes', { name: name ?? '', patch, type: 'merge-patch', dryRun: o.dryRun }, limits);
}

/** As kubectl does without --overwrite: a mark that has another value is somebody's. */
function assertNoneReplaced(o: {
  /** `label`, `taint`. */
  readonly mark: string;
  readonly node: string;
  readonly present: Marks;
  readonly wanted: Marks;
}): void {
  const replaced = Object.keys(o.wanted).find(
    (name) => o.wanted[name] !== null && o.present[name] !== null && o.present[name] !== o.wanted[name],
  );
  if (replaced === undefined) return;
  throw new StepFailure(
    'refused',
    `${o.node} has the ${o.mark} ${replaced} already, with the value "${o.present[replaced]}"`,
    { next: 'Ask whose it is, or propose it with overwrite: true.' },
  );
}
