import { expect, test } from '@jest/globals';
import { whoWrote } from '../../../../activities/kubernetes/changes/who-wrote.ts';

type Api = Parameters<typeof whoWrote>[0];

/** As the API server sends it, after `kubectl cordon` and the cluster's own answer to it. */
const NODE = {
  metadata: {
    name: 'worker-3',
    managedFields: [
      { manager: 'kubelet', operation: 'Update', time: '2026-11-20T08:00:00Z', fieldsType: 'FieldsV1' },
      { manager: 'kubectl-cordon', operation: 'Update', time: '2026-11-21T02:57:10Z' },
      { manager: 'kube-controller-manager', operation: 'Update', time: '2026-11-21T02:57:11Z' },
      { manager: 'kubelet', operation: 'Update', subresource: 'status', time: '2026-11-21T02:58:00Z' },
      { manager: 'argocd', operation: 'Apply', time: '2026-11-21T02:46:00Z' },
    ],
  },
};
const context = { signal: new AbortController().signal, heartbeat: () => {}, deadline: new Date() };
const asked: unknown[] = [];
const api = {
  find: async (...args: unknown[]) => (asked.push(args.slice(0, 2)), NODE),
} as unknown as Api;

const wrote = (target: string, since = '2026-11-21T02:50:00.000Z') =>
  whoWrote(api, { target, since }, context);

test('the managers that wrote since then, without the cluster’s own', async () => {
  expect(await wrote('node/worker-3')).toEqual([
    { at: '2026-11-21T02:57:10Z', who: 'kubectl-cordon', what: 'updated it' },
  ]);
  expect(await wrote('node/worker-3', '2026-11-21T02:57:10.900Z')).toHaveLength(1);
  expect((await wrote('node/worker-3', '2026-11-21T02:40:00.000Z')).map((w) => w.what)).toContain(
    'applied it',
  );
});

test('looks where the target is', async () => {
  await wrote('deployment/payments/api');
  expect(asked.at(-1)).toEqual(['deployments', { namespace: 'payments', name: 'api' }]);
});

test.each(['host/worker-3', 'ticket/a', 'node', 'thing/a/b/c'])('knows nothing of %s', async (target) => {
  const before = asked.length;
  expect(await wrote(target)).toEqual([]);
  expect(asked).toHaveLength(before);
});
