import type { RawNode, RawPod } from '../../../activities/kubernetes/client/raw.ts';

/** Objects as the API server sends them, of which a test says only what matters. */
type ContainerStatus = NonNullable<NonNullable<RawPod['status']>['containerStatuses']>[number];

export const NOW = new Date('2026-11-21T02:47:00Z');

/** A time so many seconds before NOW. */
export const ago = (seconds: number) =>
  new Date(NOW.getTime() - seconds * 1_000).toISOString().replace('.000Z', 'Z');

export interface PodSketch {
  readonly metadata?: Partial<NonNullable<RawPod['metadata']>>;
  readonly spec?: Partial<NonNullable<RawPod['spec']>>;
  readonly status?: Partial<NonNullable<RawPod['status']>>;
  readonly ready?: boolean;
  readonly readySince?: string;
  readonly container?: Partial<ContainerStatus>;
}

export function rawPod({
  metadata,
  spec,
  status,
  ready = true,
  readySince = ago(590),
  container,
}: PodSketch = {}): RawPod {
  return {
    metadata: {
      name: 'api-abc-x1',
      namespace: 'payments',
      uid: 'pod-1',
      creationTimestamp: ago(600),
      ...metadata,
    },
    spec: { nodeName: 'worker-1', containers: [{ name: 'app', image: 'app:1' }], ...spec },
    status: {
      phase: 'Running',
      podIP: '10.244.1.7',
      startTime: ago(600),
      conditions: [
        { type: 'PodScheduled', status: 'True' },
        { type: 'Initialized', status: 'True' },
        { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: readySince },
      ],
      containerStatuses: [
        {
          name: 'app',
          image: 'app:1',
          imageID: '',
          ready,
          restartCount: 0,
          state: { running: { startedAt: ago(595) } },
          ...container,
        },
      ],
      ...status,
    },
  };
}

export function rawNode(
  name: string,
  {
    spec,
    labels,
    ready = true,
    cpu = '2',
    memory = '4Gi',
  }: {
    readonly spec?: RawNode['spec'];
    readonly labels?: Record<string, string>;
    readonly ready?: boolean;
    readonly cpu?: string;
    readonly memory?: string;
  } = {},
): RawNode {
  return {
    metadata: { name, uid: `uid-${name}`, ...(labels && { labels }) },
    spec: spec ?? {},
    status: {
      allocatable: { cpu, memory, pods: '110' },
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  };
}
