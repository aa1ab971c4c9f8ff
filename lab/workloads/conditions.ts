import type { Node, Pod } from './objects.ts';

/** Whether the node or pod says of itself that it is ready. */
export function isReady(object: Node | Pod): boolean {
  return (
    object.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
  );
}
