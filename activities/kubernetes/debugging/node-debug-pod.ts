import type { DebugProfile } from '../contract/debugging.ts';
import { probePod } from '../probing/probe-pod.ts';
import { ON_NODE } from './debug-profile.ts';

/**
 * As `kubectl debug node/...` makes it: the node's network, processes and IPC, its files at /host. It has a probe pod's
 * name and label, so that one that was left is found and removed as those are, and the kubelet ends it by itself.
 */
export const nodeDebugPod =
  (profile: DebugProfile): typeof probePod =>
  (options) => {
    const pod = probePod(options) as ProbePod;
    const { securityContext, hostFiles } = ON_NODE[profile];
    return {
      ...pod,
      spec: {
        nodeName: pod.spec.nodeName,
        restartPolicy: 'Never',
        activeDeadlineSeconds: pod.spec.activeDeadlineSeconds,
        terminationGracePeriodSeconds: 0,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        tolerations: pod.spec.tolerations,
        hostNetwork: true,
        hostPID: true,
        hostIPC: true,
        ...(hostFiles && { volumes: [{ name: 'host-root', hostPath: { path: '/' } }] }),
        containers: [
          {
            name: 'debugger',
            image: options.settings.debugImage,
            imagePullPolicy: options.settings.imagePullPolicy,
            command: options.command,
            securityContext,
            ...(hostFiles && { volumeMounts: [{ name: 'host-root', mountPath: '/host' }] }),
          },
        ],
      },
    };
  };

interface ProbePod {
  readonly spec: Readonly<Record<'nodeName' | 'activeDeadlineSeconds' | 'tolerations', unknown>>;
}
