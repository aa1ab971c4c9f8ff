/** With the roles that are printed, what kubelets serve is served; without any of their subresources the step that asks is refused. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import { fileURLToPath } from 'node:url';
import type { ImplementedRead, ImplementedStep } from '../../../activities/kit/index.ts';
import { createKubernetesClients, type KubernetesClient } from '../../../activities/kubernetes/clients.ts';
import { createKubernetesSteps } from '../../../activities/kubernetes/steps.ts';
import { makeAccount, type Account } from '../../activities/kubernetes/account.ts';
import { call, inSeconds } from '../../activities/kubernetes/calls.ts';
import { openCluster, type Cluster } from '../../activities/kubernetes/cluster.ts';
import { listeningPod, ready } from '../../activities/kubernetes/scene.ts';
import { until } from '../../setup/until.ts';
import { nightshift } from '../command-line.ts';
import type { Printed } from './as-table.ts';

const catalogue = fileURLToPath(new URL('../fixtures/rights/index.ts', import.meta.url));
const SERVES = ['sh', '-c', 'mkdir /tmp/w; cd /tmp/w; echo ok > index.html; exec httpd -f -p 8080'];

let cluster: Cluster;
let accounts: Record<'read' | 'change', Account>;
let clients: Record<'read' | 'change', KubernetesClient>;
let steps: ImplementedStep[];
let roles: Printed[];
let node: string;
let probes: string;
const leftInCluster: object[] = [];
let asked = 0;

beforeAll(async () => {
  cluster = await openCluster('least');
  const { namespace, admin } = cluster;
  probes = `${namespace}-probes`;
  await cluster.make({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: probes } });
  await cluster.make(listeningPod(cluster, { name: 'web', port: 8080, command: SERVES }));
  const config = new KubeConfig();
  config.loadFromFile(cluster.details.kubeconfigs.admin);
  const account = (name: string) => {
    for (const kind of ['ClusterRole', 'ClusterRoleBinding'])
      leftInCluster.push({ ...rbacOf(kind), metadata: { name: `${namespace}-${name}` } });
    return makeAccount(config, { namespace, name });
  };
  accounts = { read: await account('reader'), change: await account('changer') };
  clients = { read: clientWith(accounts.read.kubeconfig), change: clientWith(accounts.change.kubeconfig) };
  steps = createKubernetesSteps(clients);
  roles = await printed();
  for (const role of roles) await cluster.make(without(role, 'nodes/stats') as never);
  node = (await ready(cluster, 'web')).spec!.nodeName!;
  await until(
    () =>
      admin
        .read({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: probes } })
        .catch(() => undefined),
    () => 'the default service account of probes',
  );
  for (const role of roles.filter(({ rules = [] }) => rules.length > 0))
    await inForce(role, { resource: role.rules![0]!.resources[0]!, allowed: true });
});
afterAll(async () => {
  for (const object of leftInCluster) await cluster.admin.delete(object as never).catch(() => undefined);
  await Promise.all(Object.values(clients).map((client) => client.close()));
  await cluster.close();
});

function clientWith(kubeconfig: Account['kubeconfig']): KubernetesClient {
  const { probeImage, debugImage } = cluster.details.workload;
  return createKubernetesClients({
    ...{ kubeconfig, requestTimeoutMs: 60_000, imagePullPolicy: 'Never' },
    ...{ probeNamespace: probes, probeImage, debugImage },
  });
}

const rbacOf = (kind: string) => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind });

async function printed(): Promise<Printed[]> {
  const of = ['-n', cluster.namespace, '--probe-namespace', probes];
  const accounts = ['read', 'change'].flatMap((a) => [
    `--${a}-account`,
    `${cluster.namespace}/${a === 'read' ? 'reader' : 'changer'}`,
  ]);
  const options = ['--runbooks', catalogue, ...of, ...accounts, '--optional', '-o', 'json'];
  const { code, out, err } = await nightshift(['rbac', 'through-kubelets', ...options]);
  if (code !== 0) throw new Error(err);
  return (JSON.parse(out) as { items: Printed[] }).items;
}

const without = (role: Printed, resource: string): Printed =>
  role.rules
    ? {
        ...role,
        rules: role.rules.flatMap((rule) => {
          const resources = rule.resources.filter((r) => r !== resource);
          return resources.length > 0 ? [{ ...rule, resources }] : [];
        }),
      }
    : role;

const nameOf = ({ kind, metadata: { name, namespace } }: Printed) =>
  [kind, name, namespace].filter(Boolean).join(' ');
const whole = (role: string) => roles.find((r) => nameOf(r) === role)!;

/** Waits until the API server goes by what a role has come to say of one of its resources. */
async function inForce(
  { metadata, rules = [] }: Printed,
  { resource, allowed }: { readonly resource: string; readonly allowed: boolean },
) {
  const { apiGroups, verbs } = rules.find((rule) => rule.resources.includes(resource))!;
  const { api } = clients[metadata.name.endsWith('-read') ? 'read' : 'change'];
  const { namespace } = metadata;
  const access = { group: apiGroups[0]!, verb: verbs[0]!, resource, ...(namespace && { namespace }) };
  await until(
    async () => (await api.may(access, call())) === allowed,
    () => `${resource} ${allowed ? 'is not allowed yet' : 'is still allowed'}`,
  );
}

const replaceWith = (role: Printed) =>
  cluster.admin.patch(
    role as never,
    undefined,
    undefined,
    undefined,
    undefined,
    'application/merge-patch+json',
  );

/** Why a step did not come to what it was asked for; undefined when it did. */
async function failure(name: string, given: object): Promise<string | undefined> {
  const step = steps.find((s) => s.contract.name === `kubernetes.${name}`)!;
  const input: unknown = step.contract.input.parse(given);
  const context = call({
    operation: `test/least-${process.pid}/${++asked}/change-0`,
    deadline: inSeconds(240),
  });
  try {
    if ('run' in step) return void (await step.run(input, context));
    const { preconditions } = await step.implementation.plan(input, context);
    const { output } = await step.implementation.apply(input, preconditions, context);
    const { verdict, reason } = output as { verdict: string; reason: string };
    return verdict === 'pass' ? undefined : reason;
  } catch (error) {
    return (error as Error).message;
  }
}

const pod = () => ({ namespace: cluster.namespace, name: 'web' });
const command = { argv: ['id'], timeoutSeconds: 120 };
const of = (name: string, where: string) => `Role nightshift-through-kubelets-${name} ${where}`;
/** Which role has the subresource, and the step that comes to it. */
const uses = (): [role: string, resource: string, step: string, input: object][] => [
  [of('read', cluster.namespace), 'pods/log', 'podLogs', { pod: pod() }],
  [of('change', cluster.namespace), 'pods/ephemeralcontainers', 'debugContainer', { pod: pod(), ...command }],
  [of('change', cluster.namespace), 'pods/log', 'debugContainer', { pod: pod(), ...command }],
  [of('change', cluster.namespace), 'pods/exec', 'execInPod', { pod: pod(), argv: command.argv }],
  [
    of('change', cluster.namespace),
    'pods/portforward',
    'portForward',
    { pod: pod(), port: 8080, timeoutSeconds: 60 },
  ],
  [of('change', probes), 'pods/log', 'nodeDebug', { node, ...command }],
];
test('each subresource of pods that is printed is used by a step here', () => {
  const subresources = roles.flatMap((role) =>
    (role.rules ?? []).flatMap(({ resources }) =>
      resources.filter((r) => r.startsWith('pods/')).map((r) => `${nameOf(role)} ${r}`),
    ),
  );
  expect(subresources.sort()).toEqual(
    uses()
      .map(([role, resource]) => `${role} ${resource}`)
      .sort(),
  );
});

test('what a kubelet measures is told with nodes/stats, and unknown without', async () => {
  const usage = async (read: KubernetesClient) => {
    const step = createKubernetesSteps({ read, change: read }).find(
      (s) => s.contract.name === 'kubernetes.podUsage',
    ) as ImplementedRead;
    const answer = await step.run({ namespace: cluster.namespace }, call({ deadline: inSeconds(90) }));
    return answer as { source: string; unknown: string[] };
  };
  // A kubelet goes on by a yes that it has heard for minutes: first without.
  expect(await usage(clients.read)).toMatchObject({
    source: 'none',
    unknown: expect.arrayContaining([expect.stringContaining(`Not allowed to get stats of nodes "${node}"`)]),
  });
  const role = whole('ClusterRole nightshift-through-kubelets-read');
  await replaceWith(role);
  await inForce(role, { resource: 'nodes/stats', allowed: true });
  const again = clientWith(await accounts.read.another());
  let last: unknown;
  await until(
    async () => {
      const answer = await usage(again);
      last = answer.unknown;
      return answer.source === 'kubelet';
    },
    () => JSON.stringify(last),
  );
  await again.close();
});

test('with the printed roles each step comes to its end; without the subresource that it needs it is refused', async () => {
  for (const [role, resource, step, input] of uses()) {
    expect([step, resource, await failure(step, input)]).toEqual([step, resource, undefined]);
    await replaceWith(without(whole(role), resource));
    await inForce(whole(role), { resource, allowed: false });
    const refused = new RegExp(`Not allowed to \\w+ ${resource.split('/')[1]} of pods `);
    expect([step, resource, await failure(step, input)]).toEqual([
      step,
      resource,
      expect.stringMatching(refused),
    ]);
    await replaceWith(whole(role));
    await inForce(whole(role), { resource, allowed: true });
  }
}, 900_000);
