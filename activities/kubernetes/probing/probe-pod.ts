import { hashOf } from '../../kit/index.ts';
import type { RawPod } from '../client/raw.ts';
import type { ProbeSettings } from '../clients.ts';
import { containerState, type ContainerState } from './container-state.ts';

/** On every probe pod, so that one that was left can be found. */
export const PROBE_LABEL = 'nightshift.dev/probe';
/** Whose probe it is. */
export const PROBE_OPERATION = 'nightshift.dev/operation';

/** A probe pod's name, from the operation: a second try finds the first. */
export const probePodName = (operation: string) => `nightshift-probe-${hashOf(operation).slice(0, 16)}`;

/** Starting a container and looking at it takes this long at most, beside the command's own limit. */
const STARTING = 45;

/**
 * A pod put on one node past the scheduler, so that a cordon or a taint does not keep it away. It has no rights, no
 * token and no writable disk, and the kubelet ends it also when nobody comes back for it.
 */
export function probePod(o: {
  readonly operation: string;
  readonly node: string;
  readonly command: readonly string[];
  /** How long the command may take. */
  readonly seconds: number;
  readonly settings: ProbeSettings;
}): unknown {
  const { operation, node, command, seconds, settings } = o;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: probePodName(operation),
      namespace: settings.namespace,
      labels: { [PROBE_LABEL]: 'true' },
      annotations: { [PROBE_OPERATION]: operation },
    },
    spec: {
      nodeName: node,
      restartPolicy: 'Never',
      activeDeadlineSeconds: STARTING + seconds,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      tolerations: [{ operator: 'Exists' }],
      securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'probe',
          image: settings.image,
          imagePullPolicy: settings.imagePullPolicy,
          command,
          terminationMessagePolicy: 'FallbackToLogsOnError',
          resources: { requests: { cpu: '1m', memory: '4Mi' }, limits: { memory: '32Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  };
}

/** How far a probe pod has come. */
export function probeState(pod: RawPod): ContainerState {
  const state = containerState(pod.status?.containerStatuses?.[0]);
  if (state.state === 'pending' && pod.status?.phase === 'Failed') {
    return { state: 'impossible', why: `${pod.status.reason ?? 'Failed'}: ${pod.status.message ?? ''}` };
  }
  return state;
}
