/** With the roles that are printed every step passes at a real API server; with any resource taken out of any rule one is refused. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { KubeConfig, KubernetesObjectApi, type KubernetesObject } from '@kubernetes/client-node';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImplementedStep } from '../../../activities/kit/index.ts';
import { createKubernetesClients, type KubernetesClient } from '../../../activities/kubernetes/clients.ts';
import { createKubernetesSteps } from '../../../activities/kubernetes/steps.ts';
import { startApiServer } from '../../../bench/house/api-server.ts';
import { Closing } from '../../../bench/house/closing.ts';
import { leastRoles } from '../../../cli/rbac/least-roles.ts';
import { needsOf } from '../../../cli/rbac/needs.ts';
import { makeAccount } from '../../activities/kubernetes/account.ts';
import { call } from '../../activities/kubernetes/calls.ts';
import { until } from '../../setup/until.ts';

const namespace = 'shop';
const closing = new Closing();
let admin: KubernetesObjectApi;
let read: KubernetesClient;
let change: KubernetesClient;
let steps: ImplementedStep[];
let roles: ReturnType<typeof leastRoles>;
let round = 0;

const web = { namespace, name: 'web' };
const SCRIPT: readonly (readonly [step: string, input: () => Record<string, unknown>])[] = [
  ['listPods', () => ({ namespace })],
  ['listEvents', () => ({ namespace })],
  ['endpointsOf', () => ({ namespace, service: 'web' })],
  ['serviceBackends', () => ({ namespace, service: 'web' })],
  ['rolloutHistory', () => ({ ...web, kind: 'Deployment' })],
  ['describeNode', () => ({ node: 'w1' })],
  ['cordonNode', () => ({ node: 'w1' })],
  ['uncordonNode', () => ({ node: 'w1' })],
  ['deletePod', () => ({ pod: { namespace, name: 'web-1' }, evenIfHealthy: true })],
  ['evictPod', () => ({ pod: { namespace, name: 'web-2' }, withinSeconds: 30 })],
  ['setConfigMapKeys', () => ({ namespace, configMap: 'web', values: { round: String(round) } })],
  ['setServiceTarget', () => ({ namespace, service: 'web', selector: { round: `r${round}` } })],
];

const template = {
  metadata: { labels: { app: 'web' } },
  spec: { automountServiceAccountToken: false, containers: [{ name: 'app', image: 'none' }] },
};
const pod = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  ...template,
  metadata: {
    namespace,
    name,
    labels: { app: 'web' },
    // Of a Job, so that Jobs are looked at.
    ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'j', controller: true }],
  },
});
const SCENE = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: 'default' } },
  { apiVersion: 'v1', kind: 'Node', metadata: { name: 'w1' } },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: web, data: { round: 'none' } },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: web,
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: web,
    spec: { selector: { matchLabels: { app: 'web' } }, template },
  },
];

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-least-'));
  closing.add(() => rm(folder, { recursive: true, force: true }));
  const server = await startApiServer(folder, closing);
  const config = new KubeConfig();
  config.loadFromFile(server.kubeconfig);
  admin = KubernetesObjectApi.makeApiClient(config);
  for (const object of SCENE) await admin.create(object);
  const accounts = {
    read: await makeAccount(config, { namespace, name: 'reader' }),
    change: await makeAccount(config, { namespace, name: 'changer' }),
  };
  const client = (of: 'read' | 'change') => {
    const made = createKubernetesClients({ kubeconfig: accounts[of].kubeconfig, requestTimeoutMs: 60_000 });
    closing.add(() => made.close());
    return made;
  };
  read = client('read');
  change = client('change');
  steps = createKubernetesSteps({ read, change });
  const contracts = new Map(steps.map(({ contract }) => [contract.name, contract]));
  const uses = SCRIPT.map(([step, input]) => ({
    step: `kubernetes.${step}`,
    input: (field: string) => {
      const value = input()[field];
      if (value === undefined) return { given: 'no' as const };
      return { given: 'yes' as const, ...(typeof value === 'string' && { values: [value] }) };
    },
  }));
  const { needs } = needsOf(uses, contracts, {
    probeNamespace: namespace,
    optional: false,
    budgets: false,
    objects: [],
  });
  roles = leastRoles(needs, { name: 'nightshift', namespaces: [namespace], accounts });
  for (const role of roles) {
    const { metadata } = role;
    if (metadata.namespace === 'kube-node-lease') {
      await until(() =>
        admin
          .read({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-node-lease' } })
          .catch(() => undefined),
      );
    }
    await admin.create(role);
  }
});
afterAll(() => closing.close());

/** What the API server refused of the whole script, up to the first; undefined when it passed. */
async function refusal(): Promise<string | undefined> {
  round += 1;
  for (const name of ['web-1', 'web-2'])
    await admin.create(pod(name) as KubernetesObject).catch(() => undefined);
  for (const [name, given] of SCRIPT) {
    const step = steps.find((s) => s.contract.name === `kubernetes.${name}`)!;
    const input: unknown = step.contract.input.parse(given());
    try {
      if ('run' in step) await step.run(input, call());
      else {
        const { preconditions } = await step.implementation.plan(input, call());
        await step.implementation.apply(input, preconditions, call());
      }
    } catch (error) {
      const { facts } = error as { facts?: { status?: number; said?: string } };
      if (facts?.status !== 403) throw error;
      return `${name}: ${facts.said}`;
    }
  }
  return undefined;
}

const rulesAsGiven = () =>
  roles.flatMap((role) =>
    (role.rules ?? []).flatMap((rule, at) =>
      rule.resources.map((resource) => ({ role, rule, at, resource })),
    ),
  );

test('with the printed roles it passes; without any resource of any rule it is refused', async () => {
  await until(async () => (await refusal()) === undefined);
  for (const { role, rule, at, resource } of rulesAsGiven()) {
    const { api } = role.metadata.name.endsWith('-read') ? read : change;
    const asked = {
      ...{ group: rule.apiGroups[0]!, verb: rule.verbs[0]!, resource },
      ...(role.metadata.namespace && { namespace: role.metadata.namespace }),
    };
    const replaceWith = async (rules: typeof role.rules, allowed: boolean) => {
      await admin.patch(
        { ...role, rules } as never,
        undefined,
        undefined,
        undefined,
        undefined,
        'application/merge-patch+json',
      );
      await until(async () => (await api.may(asked, call())) === allowed);
    };
    const less = { ...rule, resources: rule.resources.filter((r) => r !== resource) };
    const rest = (role.rules ?? []).toSpliced(at, 1, ...(less.resources.length > 0 ? [less] : []));
    await replaceWith(rest, false);
    expect([resource, await refusal()]).toEqual([resource, expect.stringContaining(resource)]);
    await replaceWith(role.rules, true);
  }
  expect(await refusal()).toBeUndefined();
}, 900_000);
