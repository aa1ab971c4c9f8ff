import type { Workload } from '../read-workload.ts';

/** Which pods a changed template restarts, and how. */
export function replacementWords({ kind, object }: Workload): string {
  const name = object.metadata?.name ?? '';
  if (kind === 'Deployment') {
    const how = object.spec?.strategy?.type ?? 'RollingUpdate';
    const gap = how === 'Recreate' ? ': all end before the first new one starts' : '';
    return `All ${object.spec?.replicas ?? 1} pods of ${name} are replaced, by ${how}${gap}`;
  }
  const how = object.spec?.updateStrategy?.type ?? 'RollingUpdate';
  const count =
    kind === 'DaemonSet' ? (object.status?.desiredNumberScheduled ?? 0) : (object.spec?.replicas ?? 1);
  return how === 'OnDelete'
    ? `No pod of ${name} restarts by itself (updateStrategy OnDelete): each of the ${count} changes when it is deleted`
    : `All ${count} pods of ${name} are replaced, by ${how}`;
}
