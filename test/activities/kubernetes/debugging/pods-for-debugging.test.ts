import { expect, test } from '@jest/globals';
import { OF_CONTAINER } from '../../../../activities/kubernetes/debugging/debug-profile.ts';
import { addingPatch } from '../../../../activities/kubernetes/debugging/ephemeral-container.ts';
import { nodeDebugPod } from '../../../../activities/kubernetes/debugging/node-debug-pod.ts';

const settings = {
  namespace: 'probes',
  image: 'busybox:1',
  debugImage: 'debug:1',
  imagePullPolicy: 'Never' as const,
  command: ['nc'],
};

test('an ephemeral container as kubectl debug --target makes it, of exactly this pod', () => {
  const of = { uid: 'u-1', operation: 'o', command: ['id'], target: 'app', settings };
  expect(addingPatch({ ...of, securityContext: OF_CONTAINER.general })).toEqual({
    metadata: { uid: 'u-1' },
    spec: {
      ephemeralContainers: [
        {
          name: expect.stringMatching(/^nightshift-[0-9a-f]{16}$/),
          image: 'debug:1',
          imagePullPolicy: 'Never',
          command: ['id'],
          targetContainerName: 'app',
          terminationMessagePolicy: 'File',
          securityContext: { capabilities: { add: ['SYS_PTRACE'] } },
        },
      ],
    },
  });
  expect(addingPatch({ ...of, securityContext: OF_CONTAINER.sysadmin })).toMatchObject({
    spec: { ephemeralContainers: [{ securityContext: { privileged: true } }] },
  });
});

test('a pod on a node as kubectl debug node/... makes it; it ends by itself', () => {
  const of = { operation: 'o', node: 'w3', command: ['id'], seconds: 30, settings };
  expect(nodeDebugPod('general')(of)).toMatchObject({
    metadata: {
      labels: { 'nightshift.dev/probe': 'true' },
      annotations: { 'nightshift.dev/operation': 'o' },
    },
    spec: {
      nodeName: 'w3',
      hostPID: true,
      hostNetwork: true,
      hostIPC: true,
      activeDeadlineSeconds: 75,
      volumes: [{ hostPath: { path: '/' } }],
      containers: [{ image: 'debug:1', securityContext: {}, volumeMounts: [{ mountPath: '/host' }] }],
    },
  });
  expect(nodeDebugPod('netadmin')(of)).not.toHaveProperty('spec.volumes');
});
