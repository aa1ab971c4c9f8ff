import { StepFailure } from '../../kit/index.ts';
import type { ApiClient } from '../client/client.ts';
import type { Limits } from '../client/http.ts';
import type { RawNode } from '../client/raw.ts';

/** A merge patch on the very node that was read, at its version. */
export function patchNode(
  api: ApiClient,
  o: {
    readonly node: RawNode;
    readonly patch: { readonly metadata?: object; readonly spec?: object };
    readonly dryRun: boolean;
  },
  limits: Limits,
): Promise<RawNode> {
  const { name, uid, resourceVersion } = o.node.metadata ?? {};
  const patch = { ...o.patch, metadata: { ...o.patch.metadata, uid, resourceVersion } };
  return api.patch('nodes', { name: name ?? '', patch, type: 'merge-patch', dryRun: o.dryRun }, limits);
}

/** Values by key; `null`: not there. */
export type Marks = Record<string, string | null>;

/** As kubectl does without --overwrite: a mark that has another value is somebody's. */
export function assertNoneReplaced(o: {
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
