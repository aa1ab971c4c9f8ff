import { expect, test } from '@jest/globals';
import { connectCommand } from '../../../../activities/kubernetes/probing/connect-command.ts';
import { verdictOf } from '../../../../activities/kubernetes/probing/exec-verdict.ts';
import { probePod, probePodName, probeState } from '../../../../activities/kubernetes/probing/probe-pod.ts';
import { rawPod } from '../objects.ts';

const settings = {
  namespace: 'probes',
  image: 'busybox:1',
  debugImage: 'debug:1',
  imagePullPolicy: 'Never' as const,
  command: ['nc', '-w', '{timeout}', '{host}', '{port}', '-e', 'true'],
};
const connect = { host: '10.96.45.12', port: 5432, timeoutSeconds: 3 };

test('the name follows from the operation, so that a second try finds the first', () => {
  expect(probePodName('d/w/0/change-0')).toBe(probePodName('d/w/0/change-0'));
  expect(probePodName('d/w/0/change-0')).not.toBe(probePodName('d/w/0/change-1'));
  expect(probePodName('d/w/0/change-0')).toMatch(/^[a-z0-9-]{1,63}$/);
});

test('it is put on the node past the scheduler, ends by itself and can do nothing', () => {
  expect(
    probePod({ operation: 'o', node: 'w3', command: ['nc', '-w', '3'], seconds: 3, settings }),
  ).toMatchObject({
    metadata: {
      namespace: 'probes',
      labels: { 'nightshift.dev/probe': 'true' },
      annotations: { 'nightshift.dev/operation': 'o' },
    },
    spec: {
      nodeName: 'w3',
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      tolerations: [{ operator: 'Exists' }],
      activeDeadlineSeconds: 48,
      containers: [
        {
          image: 'busybox:1',
          imagePullPolicy: 'Never',
          command: ['nc', '-w', '3'],
        },
      ],
    },
  });
});

test('arguments are filled in as whole texts', () => {
  expect(connectCommand(['sh', '-c', 'echo "$0"', '{host}:{port}'], connect)).toEqual([
    'sh',
    '-c',
    'echo "$0"',
    '10.96.45.12:5432',
  ]);
});

const pod = (state: object, status = {}) =>
  rawPod({ container: { state }, status: { phase: 'Pending', ...status } });
test.each([
  ['still to be taken up', rawPod({ status: { phase: 'Pending', containerStatuses: [] } }), 'pending'],
  ['being created', pod({ waiting: { reason: 'ContainerCreating' } }), 'pending'],
  ['running', pod({ running: {} }), 'pending'],
  ['connected', pod({ terminated: { exitCode: 0 } }), 'ended'],
  ['not connected', pod({ terminated: { exitCode: 1, reason: 'Error', message: 'nc: timed out' } }), 'ended'],
  ['no such image', pod({ waiting: { reason: 'ErrImageNeverPull' } }), 'impossible'],
  ['no such program', pod({ terminated: { exitCode: 128, reason: 'StartError' } }), 'impossible'],
  [
    'the node never started it',
    rawPod({ status: { phase: 'Failed', reason: 'DeadlineExceeded', containerStatuses: [] } }),
    'impossible',
  ],
])('a probe pod: %s', (_, seen, state) => {
  expect(probeState(seen).state).toBe(state);
});

const ran = (exitCode: number, stderr = '') => ({ exitCode, stdout: '', stderr, dropped: 0 });
test.each([
  [ran(0), 'pass', /connected to 10.96.45.12:5432/],
  [ran(1, 'nc: timed out\n'), 'fail', /no connection to 10.96.45.12:5432: nc: timed out/],
  [ran(127, 'sh: nc: not found'), 'unknown', /no program for the probe/],
])('what a probe in a container says: %j', (result, verdict, reason) => {
  expect(verdictOf(result, { connect })).toEqual({ verdict, reason: expect.stringMatching(reason) });
});

test('a free command is judged by its exit code', () => {
  expect(verdictOf(ran(3, 'no such user'), { argv: ['id', 'x'] })).toEqual({
    verdict: 'fail',
    reason: 'id ended with exit code 3: no such user',
  });
});
