import { FIELD_MANAGER } from '../client/field-manager.ts';
import type { RawNode } from '../client/raw.ts';
import { CORDONED_BY } from '../contract/nodes.ts';

export interface CordonState {
  readonly node: string;
  readonly uid: string;
  readonly unschedulable: boolean;
  /** The operation whose cordon it is; null when it is not cordoned or not by nightshift. */
  readonly cordonedBy: string | null;
}

/**
 * The annotation alone does not say whose a cordon is: it stays when somebody uncordons with kubectl, and would then
 * claim that person's next cordon for us. So the API server's own record of who wrote `spec.unschedulable` must agree,
 * where it keeps one (not for an object that was created without any field). Who applies the same value owns it as well:
 * such a cordon is wanted by somebody else too, and not ours alone.
 */
export function cordonOf(node: RawNode): CordonState {
  const unschedulable = node.spec?.unschedulable ?? false;
  const recorded = (node.metadata?.managedFields ?? []).length > 0;
  const ours = !recorded || writerOfUnschedulable(node)?.manager === FIELD_MANAGER;
  return {
    node: node.metadata?.name ?? '',
    uid: node.metadata?.uid ?? '',
    unschedulable,
    cordonedBy: unschedulable && ours ? (node.metadata?.annotations?.[CORDONED_BY] ?? null) : null,
  };
}

/** Whose cordon it is, in words. */
export function cordonedByWhom(node: RawNode): string {
  const { cordonedBy } = cordonOf(node);
  if (cordonedBy !== null) return `nightshift operation ${cordonedBy}`;
  const writer = writerOfUnschedulable(node);
  return writer ? `${writer.manager}${writer.time ? ` at ${writer.time}` : ''}` : 'somebody unknown';
}

/** The field manager that last wrote `spec.unschedulable`, e.g. `kubectl-cordon`; nightshift only where no other owns it. */
export function writerOfUnschedulable(
  node: Pick<RawNode, 'metadata'>,
): { manager: string; time: string | undefined } | undefined {
  const entries = (node.metadata?.managedFields ?? []).filter((m) => {
    const fields = m.fieldsV1 as { 'f:spec'?: Record<string, unknown> } | undefined;
    return fields?.['f:spec'] !== undefined && 'f:unschedulable' in fields['f:spec'];
  });
  const others = entries.filter((m) => m.manager !== FIELD_MANAGER);
  // The time of an entry moves with every field of it, so that it does not tell who of several cordoned last.
  const newest = (others.length > 0 ? others : entries)
    .sort((a, b) => (a.time ?? '').localeCompare(b.time ?? ''))
    .at(-1);
  return newest && { manager: newest.manager ?? 'unknown', time: newest.time };
}
