/**
 * An API server that is newer than the client library: what the library's types do not know would be lost in a read
 * through them, and then taken off the object by the write. Templates are written back whole.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { ImplementedChange } from '../../../../activities/kit/index.ts';
import { createKubernetesClients, type KubernetesClient } from '../../../../activities/kubernetes/clients.ts';
import { createKubernetesSteps } from '../../../../activities/kubernetes/steps.ts';
import { call } from '../calls.ts';
import { json, startSmallApiServer, type SmallApiServer } from '../small-api-server.ts';

const NEWER = { since: 'v1.99', at: '2026-11-22T03:00:00.123456Z' };
const template = (image: string) => ({
  metadata: { labels: { app: 'api' }, newer: NEWER },
  spec: {
    containers: [{ name: 'app', image, env: [{ name: 'MODE', value: 'a', newer: NEWER }], newer: NEWER }],
    newer: NEWER,
  },
});
const deployment = () => ({
  metadata: { namespace: 'shop', name: 'api', uid: 'uid-api', resourceVersion: '7' },
  spec: { replicas: 2, template: template('api:2') },
});
const replicaSet = (revision: number, image: string) => ({
  metadata: {
    namespace: 'shop',
    name: `api-${revision}`,
    uid: `uid-${revision}`,
    labels: { 'pod-template-hash': `h${revision}` },
    annotations: { 'deployment.kubernetes.io/revision': `${revision}` },
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api', uid: 'uid-api', controller: true },
    ],
  },
  spec: { template: template(image) },
});

let server: SmallApiServer;
let client: KubernetesClient;
/** The templates that were sent, of dry runs as well. */
let sent: unknown[];

beforeAll(async () => {
  server = await startSmallApiServer();
});
afterAll(() => server.remove());
beforeEach(() => {
  sent = [];
  client = createKubernetesClients({ kubeconfig: server.kubeconfig, requestTimeoutMs: 60_000 });
  server.answer = (request, response, body) => {
    if (request.url?.includes('/replicasets'))
      return json(response, 200, { items: [replicaSet(1, 'api:1'), replicaSet(2, 'api:2')] });
    if (request.method === 'GET') return json(response, 200, deployment());
    const patch = JSON.parse(body) as { path: string; value: unknown }[];
    const { value } = patch.find(({ path }) => path === '/spec/template')!;
    sent.push(value);
    json(response, 200, { ...deployment(), spec: { replicas: 2, template: value } });
  };
});
afterEach(() => client.close());

const ofApp = { namespace: 'shop', kind: 'Deployment', name: 'api', container: 'app' };
const rows: [step: string, input: object, container: object][] = [
  ['setImage', { ...ofApp, image: 'api:3' }, { image: 'api:3' }],
  [
    'setResources',
    { ...ofApp, limits: { memory: '64Mi' }, requests: {} },
    { resources: { limits: { memory: '64Mi' } } },
  ],
  ['setEnv', { ...ofApp, env: { LEVEL: 'debug' } }, {}],
  [
    'rolloutUndo',
    { namespace: 'shop', deployment: 'api', toRevision: 1, templateHash: 'h1' },
    { image: 'api:1' },
  ],
];
for (const [name, input, container] of rows)
  test(`${name} leaves fields that the library does not know as they are`, async () => {
    const steps = createKubernetesSteps({ read: client, change: client });
    const step = steps.find((s) => s.contract.name === `kubernetes.${name}`) as ImplementedChange;
    const { preconditions } = await step.implementation.plan(input, call());
    await step.implementation.apply(input, preconditions, call());
    const whole = {
      metadata: { newer: NEWER },
      spec: { containers: [{ ...container, newer: NEWER }], newer: NEWER },
    };
    expect(sent).toMatchObject([whole, whole]);
    expect(JSON.stringify(sent)).toContain(JSON.stringify({ name: 'MODE', value: 'a', newer: NEWER }));
    expect(server.requests.filter((r) => r.startsWith('PUT'))).toEqual([]);
  });
