import { hashOf } from '../../kit/index.ts';
import type { RawPod } from '../client/raw.ts';
import type { ProbeSettings } from '../clients.ts';
import { containerState, type ContainerState } from '../probing/container-state.ts';

/** A debug container's name, from the operation: a second try finds the first. */
export const debugContainerName = (operation: string) => `nightshift-${hashOf(operation).slice(0, 16)}`;

/**
 * The patch that adds it, as `kubectl debug` makes it. With the UID in it the API server refuses another pod of the
 * same name.
 */
export function addingPatch(o: {
  readonly uid: string;
  readonly operation: string;
  readonly command: readonly string[];
  readonly target: string | undefined;
  readonly securityContext: object;
  readonly settings: ProbeSettings;
}): unknown {
  return {
    metadata: { uid: o.uid },
    spec: {
      ephemeralContainers: [
        {
          name: debugContainerName(o.operation),
          image: o.settings.debugImage,
          imagePullPolicy: o.settings.imagePullPolicy,
          command: o.command,
          ...(o.target !== undefined && { targetContainerName: o.target }),
          terminationMessagePolicy: 'File',
          securityContext: o.securityContext,
        },
      ],
    },
  };
}

export const hasDebugContainer = (pod: RawPod, operation: string): boolean =>
  pod.spec?.ephemeralContainers?.some((c) => c.name === debugContainerName(operation)) ?? false;

/** How far it has come. */
export const debugContainerState = (pod: RawPod, operation: string): ContainerState =>
  containerState(
    pod.status?.ephemeralContainerStatuses?.find((c) => c.name === debugContainerName(operation)),
  );
