/** Two real API servers under one deployment: one by a kubeconfig's context, one as from a pod in it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { startApiServer } from '../../bench/house/api-server.ts';
import { Closing } from '../../bench/house/closing.ts';
import { parseConfig } from '../../config/index.ts';
import { runAbout } from '../../gateway/ask-about-leftovers.ts';
import { configuredSteps, type ConfiguredSteps } from '../../worker/steps.ts';
import { makeAccount, type Account } from '../activities/kubernetes/account.ts';
import { call } from '../activities/kubernetes/calls.ts';
import { until } from '../setup/until.ts';
import { startEngine, type Engine } from '../workflows/harness.ts';

const closing = new Closing();
const LEASES = { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get'] };
const NODES = [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'patch'] }, LEASES];
let admins: Readonly<Record<'production' | 'staging', CoreV1Api>>;
let staging: KubeConfig;
let serviceAccount: string;
let configured: ConfiguredSteps;
let engine: Engine;

const isCordoned = async (cluster: keyof typeof admins, name: string) =>
  (await admins[cluster].readNode({ name })).spec?.unschedulable ?? false;

const listNodes = async (cluster: string) => {
  const { contract } = kubernetes.listNodes;
  const step = configured.steps.find((s) => s.contract.name === contract.name);
  if (!step || !('run' in step)) throw new Error('listNodes is a read');
  return contract.output.parse(await step.run(contract.input.parse({ cluster }), call())).nodes;
};

const mount = ({ kubeconfig }: Account) => {
  const { users } = kubeconfig as { users: { user: { token: string } }[] };
  return writeFile(join(serviceAccount, 'token'), users[0]!.user.token);
};

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-clusters-'));
  closing.add(() => rm(folder, { recursive: true, force: true }));
  const [one, other] = await Promise.all(
    ['production', 'staging'].map(async (name) => {
      await mkdir(join(folder, name));
      return startApiServer(join(folder, name), closing);
    }),
  );
  const adminOf = (kubeconfig: string) => {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    return config;
  };
  const production = adminOf(one!.kubeconfig);
  staging = adminOf(other!.kubeconfig);
  admins = { production: production.makeApiClient(CoreV1Api), staging: staging.makeApiClient(CoreV1Api) };
  for (const [name, core] of Object.entries(admins)) {
    for (const node of ['w1', 'w2', 'w3', `only-${name}`])
      await core.createNode({ body: { metadata: { name: node } } });
    await until(
      () => core.readNamespace({ name: 'default' }).catch(() => undefined),
      () => 'the default namespace',
    );
  }
  serviceAccount = join(folder, 'service-account');
  await mkdir(serviceAccount);
  const account = await makeAccount(staging, { namespace: 'default', name: 'first' });
  await account.may(NODES);
  await mount(account);
  const { server, caData } = staging.getCurrentCluster()!;
  await writeFile(join(serviceAccount, 'ca.crt'), Buffer.from(caData!, 'base64'));
  const { hostname, port } = new URL(server);
  process.env['KUBERNETES_SERVICE_HOST'] = hostname;
  process.env['KUBERNETES_SERVICE_PORT'] = port;
  const byContext = { kubeconfig: one!.kubeconfig, context: production.getCurrentContext() };
  const inCluster = { inCluster: true, serviceAccount };
  const config = parseConfig({
    deployment: 'test',
    stateDir: folder,
    database: { url: { env: 'DATABASE_URL' } },
    clusters: {
      staging: { read: inCluster, change: inCluster, probeImage: 'busybox' },
      production: { read: byContext, change: byContext, probeImage: 'busybox' },
    },
    defaultCluster: 'production',
  });
  configured = configuredSteps(config);
  closing.add(() => configured.close());
  await until(
    () => listNodes('staging').catch(() => undefined),
    () => 'the nodes of staging',
  );
  engine = await startEngine({
    entry: new URL('../workflows/fixtures/entry.ts', import.meta.url),
    steps: configured.steps,
    missingRights: configured.missingRights,
    clusters: configured.clusters.map(({ name }) => name),
  });
  closing.add(() => engine.stop());
});
afterAll(async () => {
  delete process.env['KUBERNETES_SERVICE_HOST'];
  delete process.env['KUBERNETES_SERVICE_PORT'];
  await closing.close();
});

test('each cluster is asked for its own nodes', async () => {
  const names = async (cluster: string) => (await listNodes(cluster)).map(({ name }) => name);
  expect(await names('production')).toEqual(['only-production', 'w1', 'w2', 'w3']);
  expect(await names('staging')).toEqual(['only-staging', 'w1', 'w2', 'w3']);
});

test('a plan over both names them; the default, named or not, is one target; a freeze stops the one it names', async () => {
  const { id } = await engine.ledger.freeze({
    scope: { kind: 'cluster', name: 'staging' },
    reason: 'somebody repairs it',
    by: 'ana',
  });
  const run = await engine.start('cordons', { node: 'w1', clusters: ['production', 'staging'] });
  const approval = await run.question((q) => q.kind === 'approve');
  expect(approval.plan?.cluster).toBe('production, staging');
  expect(approval.plan?.changes.map(({ target, cluster }) => [target, cluster])).toEqual([
    ['node/w1', 'production'],
    ['staging:node/w1', 'staging'],
  ]);
  await run.decide(approval, { answer: 'approve' });

  const hold = await run.question((q) => q.kind === 'hold');
  expect(hold.body).toMatch(/cluster staging is frozen by ana: somebody repairs it/);
  expect(await isCordoned('production', 'w1')).toBe(true);
  expect(await isCordoned('staging', 'w1')).toBe(false);

  await engine.ledger.lift(id, 'ana');
  await run.decide(hold, { answer: 'retry' });
  expect(await run.end()).toMatchObject({ outcome: 'completed' });
  expect(await isCordoned('staging', 'w1')).toBe(true);
  expect(
    (await engine.ledger.intents(run.workflowId)).map(({ target, undo }) => [target, undo?.target]),
  ).toEqual([
    ['node/w1', 'node/w1'],
    ['staging:node/w1', 'staging:node/w1'],
  ]);
});

test('a put-back and an undo wait for a check on the cluster of their change, also once they are left', async () => {
  const run = await engine.start('cordons', {
    ...{ node: 'w2', clusters: ['production', 'staging'], untilReady: true },
  });
  const approval = await run.question((q) => q.kind === 'approve');
  const once = (cluster: string) => ({ once: { input: { node: 'w2', cluster } } });
  const both = [once('production'), once('staging')];
  expect(approval.plan?.changes.map(({ undo }) => undo)).toMatchObject(both);
  expect(approval.plan?.putBacks).toMatchObject(both);
  await run.decide(approval, { answer: 'approve' });
  // Nothing keeps these nodes Ready: their cordons stay.
  expect(await run.end()).toMatchObject({ outcome: 'completed' });
  expect(await isCordoned('staging', 'w2')).toBe(true);
  const left = (await engine.ledger.leftovers()).filter((l) => l.workflowId === run.workflowId);
  const undo = Object.fromEntries(left.map((l) => [l.target, l.undo]));
  expect(undo).toMatchObject({
    'node/w2': { cluster: 'production', ...once('production') },
    'staging:node/w2': { cluster: 'staging', ...once('staging') },
  });
});

test('what was left while another cluster was the default is put back there', async () => {
  const run = await engine.start('cordons', { node: 'w3', clusters: ['production', 'staging'] });
  await run.decide(await run.question((q) => q.kind === 'approve'), { answer: 'approve' });
  await run.end();
  const { undo, workflowId } = (await engine.ledger.intents(run.workflowId))[0]!;
  await engine.ledger.addLeftover({
    ...{ workflowId, target: 'node/w3', what: 'an old cordon', why: 'a test', owner: 'oncall' },
    expiresAt: '2026-01-01T00:00:00Z',
    cluster: 'staging',
    undo: {
      ...undo!,
      once: undefined,
      input: { node: 'w3', evenIfCordonedByOthers: true },
      cluster: 'staging',
    },
  });
  const left = (await engine.ledger.leftovers()).find((l) => l.what === 'an old cordon')!;
  await runAbout(engine.ledger, left, {
    trigger: { kind: 'person', source: 'api', authenticated: true, person: 'ana' },
    requestId: 'put-back-now',
    putBackNow: true,
  });
  const [back] = await engine.startReceived();
  const approval = await back!.question((q) => q.kind === 'approve');
  expect(approval.plan?.putBacks).toMatchObject([{ target: 'staging:node/w3', cluster: 'staging' }]);
  await back!.decide(approval, { answer: 'approve' });
  expect(await back!.end()).toMatchObject({ outcome: 'completed' });
  expect(await isCordoned('staging', 'w3')).toBe(false);
  expect(await isCordoned('production', 'w3')).toBe(true);
});

test('an unknown cluster is said before anybody is asked to approve', async () => {
  const run = await engine.start('cordons', { node: 'w1', clusters: ['stagign'] });
  const hold = await run.question();
  expect(hold.body).toMatch(/no cluster is called "stagign"; there is production \(the default\), staging/);
  await run.decide(hold, { answer: 'abort' });
  await run.end();
});

test('what an account lacks is said with its cluster', async () => {
  const account = await makeAccount(staging, { namespace: 'default', name: 'second' });
  await account.may([{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list'] }, LEASES]);
  await mount(account);
  await until(
    () => listNodes('staging').catch(() => undefined),
    () => 'the nodes of staging as the second account',
  );
  const run = await engine.start('cordons', { node: 'only-staging', clusters: ['staging'] });
  const hold = await run.question();
  expect(hold.body).toContain('The account that changes may not patch nodes in the cluster staging.');
  expect(hold.body).toContain('needs in a ClusterRole of cluster staging {');
  await run.decide(hold, { answer: 'abort' });
  await run.end();
});

test('a token that the kubelet replaces is taken up without a restart', async () => {
  await admins.staging.deleteNamespacedServiceAccount({ namespace: 'default', name: 'second' });
  await until(
    () =>
      listNodes('staging').then(
        () => undefined,
        (error: unknown) => String(error),
      ),
    () => 'a refusal of the old token',
  );
  const account = await makeAccount(staging, { namespace: 'default', name: 'third' });
  await account.may(NODES);
  await mount(account);
  const nodes = await until(
    () => listNodes('staging').catch(() => undefined),
    () => 'the nodes of staging with the new token',
  );
  expect(nodes).toHaveLength(4);
});
