import type { z } from 'zod';
import { printable } from '../client/failure.ts';
import type { RawPod } from '../client/raw.ts';
import type { Container, Termination } from '../contract/pods.ts';

type Status = NonNullable<NonNullable<RawPod['status']>['containerStatuses']>[number];
type Ended = NonNullable<NonNullable<Status['state']>['terminated']>;

/** A pod's containers, init containers first, as far as their states are known. */
export function containersOf(pod: RawPod): Container[] {
  const status = new Map(
    [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].map((s) => [
      s.name,
      s,
    ]),
  );
  const init = (pod.spec?.initContainers ?? []).map((c) => ({
    ...c,
    kind: c.restartPolicy === 'Always' ? ('sidecar' as const) : ('init' as const),
  }));
  const main = (pod.spec?.containers ?? []).map((c) => ({ ...c, kind: 'main' as const }));
  return [...init, ...main].map(({ name, kind, image }) =>
    containerOf({ name, kind, image: image ?? '' }, status.get(name)),
  );
}

function containerOf(
  spec: Pick<Container, 'name' | 'kind' | 'image'>,
  status: Status | undefined,
): Container {
  const { running, terminated, waiting } = status?.state ?? {};
  const ended = terminated ?? status?.lastState?.terminated;
  return {
    ...spec,
    ready: status?.ready ?? false,
    restarts: status?.restartCount ?? 0,
    state: running ? 'running' : terminated ? 'terminated' : waiting ? 'waiting' : 'unknown',
    ...(running?.startedAt && { startedAt: running.startedAt }),
    ...(waiting?.reason && { waiting: waiting.reason }),
    ...(waiting?.message && { waitingMessage: printable(waiting.message, 500) }),
    ...(ended && { lastTermination: terminationOf(ended) }),
  };
}

function terminationOf(ended: Ended): z.output<typeof Termination> {
  return {
    reason: ended.reason || (ended.exitCode === 0 ? 'Completed' : 'Error'),
    exitCode: ended.exitCode,
    ...(ended.signal && { signal: ended.signal }),
    ...(ended.message && { message: printable(ended.message, 500) }),
    ...(ended.startedAt && { startedAt: ended.startedAt }),
    ...(ended.finishedAt && { finishedAt: ended.finishedAt }),
  };
}
