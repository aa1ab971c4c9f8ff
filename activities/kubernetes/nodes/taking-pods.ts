import type { RawNode } from '../client/raw.ts';

/** Nodes that are ready and take new pods, less the named ones. */
export function takingPods(nodes: readonly RawNode[], without: ReadonlySet<string>): RawNode[] {
  return nodes.filter((n) => !without.has(n.metadata?.name ?? '') && !n.spec?.unschedulable && isReady(n));
}

export const isReady = (node: RawNode): boolean =>
  node.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;

/** Up to ten names in order, and how many more. */
export function namesOf(nodes: readonly RawNode[]): string {
  const names = nodes.map((n) => n.metadata?.name ?? '').sort();
  return names.length <= 10
    ? names.join(', ')
    : `${names.slice(0, 10).join(', ')} and ${names.length - 10} more`;
}
