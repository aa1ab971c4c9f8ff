/** A real API server decides what an account may; the run's plan hears of it before a person is asked. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubernetesClients, type KubernetesClient } from '../../activities/kubernetes/clients.ts';
import { createMissingRights } from '../../activities/kubernetes/rights/missing-rights.ts';
import { createKubernetesSteps } from '../../activities/kubernetes/steps.ts';
import { startApiServer } from '../../bench/house/api-server.ts';
import { Closing } from '../../bench/house/closing.ts';
import { makeAccount, type Account } from '../activities/kubernetes/account.ts';
import { call } from '../activities/kubernetes/calls.ts';
import { until } from '../setup/until.ts';
import { startEngine, type Engine } from '../workflows/harness.ts';

const closing = new Closing();
let account: Account;
let change: KubernetesClient;
let engine: Engine;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-preflight-'));
  closing.add(() => rm(folder, { recursive: true, force: true }));
  const server = await startApiServer(folder, closing);
  const admin = new KubeConfig();
  admin.loadFromFile(server.kubeconfig);
  const objects = KubernetesObjectApi.makeApiClient(admin);
  await objects.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'w1' } });
  await until(
    () =>
      objects
        .read({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } })
        .catch(() => undefined),
    () => 'the default namespace',
  );
  account = await makeAccount(admin, { namespace: 'default', name: 'changer' });
  change = createKubernetesClients({ kubeconfig: account.kubeconfig, requestTimeoutMs: 60_000 });
  closing.add(() => change.close());
  const read = createKubernetesClients({ kubeconfig: server.kubeconfig, requestTimeoutMs: 60_000 });
  closing.add(() => read.close());
  const lacking = { read: createMissingRights(read), change: createMissingRights(change) };
  engine = await startEngine({
    entry: new URL('../workflows/fixtures/entry.ts', import.meta.url),
    steps: createKubernetesSteps({ read, change }),
    missingRights: (effect, calls, context) => lacking[effect](calls, context),
  });
  closing.add(() => engine.stop());
});
afterAll(() => closing.close());

test('what the changing account lacks is said before anybody is asked, all of it, with the rule; then the run goes on', async () => {
  await account.may([{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }]);
  await until(() => change.api.may({ verb: 'get', group: '', resource: 'nodes' }, call()));
  const run = await engine.start('cordons', { node: 'w1' });

  const hold = await run.question((q) => q.kind === 'hold');
  expect(hold.title).toBe('Plan "Cordon": what now?');
  expect(hold.body).toBe(
    '**Plan "Cordon"** did not succeed: This could not be carried out. The account that changes may not list and patch nodes in the cluster. ' +
      'The account that changes needs in a ClusterRole { apiGroups: [""], resources: ["nodes"], verbs: ["list", "patch"] }. ' +
      '"nightshift rbac RUNBOOK" prints all that a runbook needs',
  );

  // A rule may name the one object.
  await account.may([
    { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list'] },
    { apiGroups: [''], resources: ['nodes'], resourceNames: ['w1'], verbs: ['patch'] },
  ]);
  await until(() => change.api.may({ verb: 'patch', group: '', resource: 'nodes', name: 'w1' }, call()));
  await run.decide(hold, { answer: 'retry' });

  const approval = await run.question((q) => q.kind === 'approve');
  await run.decide(approval, { answer: 'approve' });
  expect(await run.end()).toMatchObject({ outcome: 'completed' });
  expect((await change.api.get('nodes', { name: 'w1' }, call())).spec?.unschedulable).toBe(true);
});
