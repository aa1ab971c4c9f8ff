/** The refusals of a drain beside those of the real kubectl, on the same API server. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StepFailure } from '../../../../activities/kit/index.ts';
import { createKubernetesClients, type KubernetesClient } from '../../../../activities/kubernetes/clients.ts';
import { drainNode } from '../../../../activities/kubernetes/draining/drain-node.ts';
import { startApiServer } from '../../../../bench/house/api-server.ts';
import { Closing } from '../../../../bench/house/closing.ts';
import { resolveBinary } from '../../../../embedded/binaries/index.ts';
import { until } from '../../../setup/until.ts';
import { call } from '../calls.ts';

const NODE = 'w1';
const closing = new Closing();
let client: KubernetesClient;
let kubectl: (...argv: string[]) => Promise<string>;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-kubectl-drain-'));
  closing.add(() => rm(folder, { recursive: true, force: true }));
  const { kubeconfig } = await startApiServer(folder, closing);
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const admin = KubernetesObjectApi.makeApiClient(config);
  client = createKubernetesClients({ kubeconfig, requestTimeoutMs: 60_000 });
  closing.add(() => client.close());
  const program = await resolveBinary('kubectl');
  kubectl = async (...argv) => {
    const options = ['--kubeconfig', kubeconfig, '--cache-dir', join(folder, 'cache')];
    return promisify(execFile)(program, [...options, ...argv]).then(
      ({ stdout, stderr }) => stdout + stderr,
      ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
    );
  };
  const metadata = { name: 'default', namespace: 'default' };
  await until(() =>
    admin.read({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }).catch(() => undefined),
  );
  await until(() =>
    admin.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata }).catch((error: unknown) => {
      if ((error as { code?: number }).code === 409) return true;
      return undefined;
    }),
  );
  const spec = { unschedulable: true };
  await admin.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: NODE }, spec } as never);
  const owner = (kind: string) => ({
    ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'agent', uid: 'agent', controller: true }],
  });
  const pods: [string, object, object][] = [
    ['bare-1', {}, {}],
    ['bare-2', {}, {}],
    ['cache-1', owner('ReplicaSet'), { volumes: [{ name: 'd', emptyDir: {} }] }],
    ['orphan-1', owner('DaemonSet'), {}],
    ['web-1', owner('ReplicaSet'), {}],
  ];
  for (const [name, more, volumes] of pods)
    await admin.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', ...more },
      spec: {
        nodeName: NODE,
        automountServiceAccountToken: false,
        containers: [{ name: 'app', image: 'registry.example/app:1' }],
        ...volumes,
      },
    } as never);
}, 240_000);
afterAll(() => closing.close());

/** What the step refuses with, reason by reason. */
async function ours(allowances: { deleteEmptyDirData: boolean; force: boolean }): Promise<string[]> {
  const input = { node: NODE, withinSeconds: 60, ...allowances };
  const said = await drainNode(client)
    .implementation.plan(input, call())
    .then(
      () => '',
      (error: unknown) => {
        if (error instanceof StepFailure && error.kind === 'refused') return error.message;
        throw error;
      },
    );
  return said.replace(`${NODE} cannot be drained: `, '').split('; ').filter(Boolean).toSorted();
}

/** The same of kubectl: its reasons are in no order, and it doubles the first words of one. */
async function theirs(...flags: string[]): Promise<string[]> {
  const said = await kubectl('drain', NODE, '--ignore-daemonsets', '--dry-run=server', ...flags);
  const reasons = said.matchAll(/(?:cannot delete )+([^:\n]+: default\/[\w-]+(?:, default\/[\w-]+)*)/g);
  // The end of its output has the same again, in lines.
  return [...new Set([...reasons].map(([, reason]) => `cannot delete ${reason}`))].toSorted();
}

const rows: {
  allowances: { deleteEmptyDirData: boolean; force: boolean };
  flags: string[];
  reasons: number;
}[] = [
  { allowances: { deleteEmptyDirData: false, force: false }, flags: [], reasons: 3 },
  {
    allowances: { deleteEmptyDirData: true, force: false },
    flags: ['--delete-emptydir-data'],
    reasons: 2,
  },
  { allowances: { deleteEmptyDirData: false, force: true }, flags: ['--force'], reasons: 1 },
  {
    allowances: { deleteEmptyDirData: true, force: true },
    flags: ['--delete-emptydir-data', '--force'],
    reasons: 0,
  },
];
for (const { allowances, flags, reasons } of rows)
  test(`kubectl drain ${flags.join(' ')}: the same pods for the same reasons`, async () => {
    const said = await ours(allowances);
    expect(said).toHaveLength(reasons);
    expect(said).toEqual(await theirs(...flags));
  }, 120_000);
