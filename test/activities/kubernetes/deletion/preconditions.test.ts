/** What people approved is compared with what is there when it is done. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createKubernetesClients, type KubernetesClient } from '../../../../activities/kubernetes/clients.ts';
import { deleteApiService } from '../../../../activities/kubernetes/deletion/delete-api-service.ts';
import { removeFinalizer } from '../../../../activities/kubernetes/deletion/remove-finalizer.ts';
import { call } from '../calls.ts';
import { json, startSmallApiServer, status, type SmallApiServer } from '../small-api-server.ts';

let server: SmallApiServer;
let client: KubernetesClient;
/** What the server has, by path; whatever is not here is not there. */
let there: Record<string, unknown>;
beforeAll(async () => {
  server = await startSmallApiServer();
});
afterAll(() => server.remove());
beforeEach(() => {
  server.requests.length = 0;
  there = {};
  server.answer = ({ method, url = '' }, response) => {
    const found = there[url.split('?')[0]!];
    if (found === undefined) status(response, 404, 'NotFound');
    else json(response, 200, method === 'GET' ? found : {});
  };
  client = createKubernetesClients({ kubeconfig: server.kubeconfig, requestTimeoutMs: 60_000 });
});
afterEach(() => client.close());
const writes = () => server.requests.filter((r) => !r.startsWith('GET'));

const NAME = 'v1.addon.example.com';
function registration(reason: string | undefined, { serviceIsThere = false } = {}) {
  there[`/apis/apiregistration.k8s.io/v1/apiservices/${NAME}`] = {
    metadata: { name: NAME, uid: 'uid-api', resourceVersion: '7' },
    spec: { service: { namespace: 'addons', name: 'addon' } },
    status: { conditions: [{ type: 'Available', status: reason ? 'False' : 'True', reason }] },
  };
  if (serviceIsThere) there['/api/v1/namespaces/addons/services/addon'] = { metadata: { name: 'addon' } };
}
const deleteIt = (reason: string) =>
  deleteApiService(client).implementation.apply(
    { name: NAME, uid: 'uid-api' },
    { uid: 'uid-api', reason },
    call(),
  );

test('a registration that is as it was approved is deleted', async () => {
  registration('ServiceNotFound');
  expect(await deleteIt('ServiceNotFound')).toMatchObject({ outcome: 'applied' });
  expect(writes()).toEqual([expect.stringMatching(/^DELETE .*v1\.addon\.example\.com/)]);
});

test.each([
  ['its Service is there and has no pods yet', 'MissingEndpoints', true],
  ['its Service is there, and nobody has said so yet', 'ServiceNotFound', true],
  ['it fails in another way', 'FailedDiscoveryCheck', false],
])('somebody installs it again (%s): it is left alone', async (_, reason, serviceIsThere) => {
  registration(reason, { serviceIsThere });
  await expect(deleteIt('ServiceNotFound')).rejects.toMatchObject({
    kind: 'conflict',
    message: `The API ${NAME} does not answer for another reason by now`,
  });
  expect(writes()).toEqual([]);
});

test('one that answers by now needs nothing', async () => {
  registration(undefined);
  expect(await deleteIt('ServiceNotFound')).toMatchObject({ outcome: 'not-needed' });
  expect(writes()).toEqual([]);
});

const object = { group: '', resource: 'configmaps', namespace: 'shop', name: 'held', uid: 'uid-held' };
const SINCE = '2026-11-21T02:40:00Z';
function held(...finalizers: string[]) {
  there['/api/v1/namespaces/shop/configmaps/held'] = {
    metadata: { name: 'held', uid: 'uid-held', resourceVersion: '7', deletionTimestamp: SINCE, finalizers },
  };
}
const take = (finalizer: string, ...finalizers: string[]) =>
  removeFinalizer(client).implementation.apply(
    { object, finalizer },
    { uid: 'uid-held', since: SINCE, finalizers },
    call(),
  );

test('a finalizer goes off while the others are those that were approved with it, in whatever order', async () => {
  held('example.com/b', 'example.com/a');
  expect(await take('example.com/a', 'example.com/a', 'example.com/b')).toMatchObject({ outcome: 'applied' });
  expect(writes()).toHaveLength(1);
});

test.each([
  ['it has become the last one', ['example.com/a']],
  ['another has come', ['example.com/a', 'example.com/b', 'example.com/c']],
])('%s: it stays', async (_, now) => {
  held(...now);
  await expect(take('example.com/a', 'example.com/a', 'example.com/b')).rejects.toMatchObject({
    kind: 'conflict',
    message: 'configmaps/shop/held has other finalizers than when this was planned',
  });
  expect(writes()).toEqual([]);
});

test('one that is off already needs nothing, whatever is left', async () => {
  held('example.com/c');
  expect(await take('example.com/a', 'example.com/a')).toMatchObject({ outcome: 'already-satisfied' });
  expect(writes()).toEqual([]);
});

test.each([
  ['kubernetes.io/pvc-protection', /a pod still uses the claim/],
  ['resource.kubernetes.io/delete-protection', /a pod still uses the device/],
  ['foregroundDeletion', /would be left behind/],
  ['snapshot.storage.kubernetes.io/volumesnapshot-bound-protection', /kept for its controllers/],
])('%s is Kubernetes’ own and refused', async (finalizer, why) => {
  held(finalizer);
  await expect(
    removeFinalizer(client).implementation.plan({ object, finalizer }, call()),
  ).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringMatching(why),
  });
  expect(writes()).toEqual([]);
});

test.each(['example.com/kubernetes.io', 'notkubernetes.io/x', 'toString'])('%s is not', async (finalizer) => {
  held(finalizer);
  const planned = await removeFinalizer(client).implementation.plan({ object, finalizer }, call());
  expect(planned.diff).toHaveLength(1);
});
