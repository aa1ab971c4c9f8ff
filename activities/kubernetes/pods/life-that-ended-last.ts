import type { RawPod } from '../client/raw.ts';

export interface EndedLife {
  readonly containerId: string;
  /** True while the container has not been started again: its own log is the one, and `--previous` is the life before. */
  readonly current: boolean;
}

/**
 * The life of a container that ended last; undefined when none has. While the kubelet waits to start a crashed container
 * again (10 s to 5 minutes) its state is `terminated`, and `kubectl logs --previous` names the life before, whose log
 * the kubelet removes: it keeps one ended life a container.
 */
export function lifeThatEndedLast(pod: RawPod, container: string): EndedLife | undefined {
  const {
    containerStatuses = [],
    initContainerStatuses = [],
    ephemeralContainerStatuses = [],
  } = pod.status ?? {};
  const status = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses].find(
    (s) => s.name === container,
  );
  const now = status?.state?.terminated?.containerID;
  if (now) return { containerId: now, current: true };
  const before = status?.lastState?.terminated?.containerID;
  return before ? { containerId: before, current: false } : undefined;
}
