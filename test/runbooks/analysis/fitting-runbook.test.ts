import { expect, test } from '@jest/globals';
import { fittingRunbook, type Signs } from '../../../runbooks/analysis/fitting-runbook.ts';
import { pod, sick } from '../pod.ts';

const well: Signs = {
  pods: [pod('a'), pod('b', { node: 'worker-2' })],
  ready: 2,
  nodesNotReady: [],
  said: [],
};
const oom = sick('c');

for (const [what, signs, fit] of [
  ['all is well', {}, undefined],
  ['nothing is known', { pods: undefined, ready: undefined }, undefined],
  [
    'one pod crashes, on a node of its own',
    { pods: [pod('a'), sick('b', { node: 'worker-2' })] },
    { runbook: 'pods-crash-on-one-node' },
  ],
  [
    'that node is not Ready',
    { pods: [pod('a'), sick('b', { node: 'worker-2' })], nodesNotReady: ['worker-2'] },
    { runbook: 'node-not-ready', on: 'worker-2' },
  ],
  ['another node is not Ready', { nodesNotReady: ['worker-9'] }, undefined],
  [
    'the new revision crashes, beside the old one',
    { pods: [pod('a'), sick('b', { revision: 2 })] },
    { runbook: 'bad-rollout', on: 'shop' },
  ],
  [
    'an image cannot be pulled',
    { pods: [pod('a'), { ...sick('b'), waiting: 'ImagePullBackOff' }] },
    { runbook: 'image-pull-failure', on: 'shop' },
  ],
  [
    'a container was killed for its memory',
    {
      pods: [
        pod('a'),
        { ...oom, lastTermination: { container: 'main', reason: 'OOMKilled', exitCode: 137 } },
      ],
    },
    { runbook: 'oom-killed-container', on: 'shop' },
  ],
  [
    'a key is missing',
    { pods: [{ ...sick('a'), waiting: 'CreateContainerConfigError' }] },
    { runbook: 'crash-loop-by-configuration' },
  ],
  ['everything crashes', { pods: [sick('a'), sick('b', { node: 'worker-2' })], ready: 0 }, undefined],
  ['the Service leads nowhere', { ready: 0 }, { runbook: 'service-without-endpoints' }],
  ['the Service has no pods at all', { pods: [], ready: 0 }, undefined],
  ['names do not resolve', { said: ['names'] }, { runbook: 'dns-failure' }],
  [
    'no connection to the database is left',
    { pool: 0.95, slowIn: 'SELECT of db' },
    { runbook: 'connection-pool-exhaustion', on: 'shop' },
  ],
  ['half of the connections are in use', { pool: 0.5 }, undefined],
  [
    'the proxy in its pods complains',
    { sidecar: { name: 'envoy', complaints: 40 }, slowIn: 'GET of cache' },
    { runbook: 'bad-gateway-behind-sidecar', on: 'shop' },
  ],
  ['that complained once', { sidecar: { name: 'envoy', complaints: 1 } }, undefined],
  ['requests are slow in another service', { slowIn: 'GET of cache' }, { runbook: 'slow-requests' }],
  [
    'they are, and a pod crashes alone',
    { slowIn: 'GET of cache', pods: [pod('a'), sick('b', { node: 'worker-2' })] },
    { runbook: 'pods-crash-on-one-node' },
  ],
] as const satisfies readonly (readonly [string, Partial<Signs>, object | undefined])[]) {
  test(`${what}: ${fit?.runbook ?? 'no runbook'}`, () => {
    const fitting = fittingRunbook({ ...well, ...signs });
    if (fit) expect(fitting).toMatchObject(fit);
    else expect(fitting).toBeUndefined();
  });
}
