import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveBinary } from '../../embedded/binaries/index.ts';
import { effectiveWrites, openAuditLog, type AuditLog } from '../../lab/audit-log.ts';
import type { ClusterApi } from '../../lab/control-plane/cluster-api.ts';
import { createApiFaultProxy, type ApiFaultProxy } from '../../lab/faults/api-fault-proxy.ts';
import { redirectKubeconfig } from '../../lab/faults/proxy-kubeconfig.ts';
import { statusBody } from '../../lab/faults/standing-fault.ts';
import type { LabDetails } from '../../lab/index.ts';
import { until } from '../setup/until.ts';
import { apiAs, labUnderTest, outcome } from './lab-under-test.ts';

let details: LabDetails;
let folder: string;
let proxy: ApiFaultProxy;
let through: ClusterApi;
let audit: AuditLog;

beforeAll(async () => {
  ({ details } = await labUnderTest());
  folder = await mkdtemp(join(tmpdir(), 'nightshift-proxy-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  audit = openAuditLog(details.auditLog);
  proxy = await createApiFaultProxy(details);
  through = await apiAs(
    await redirectKubeconfig(details.kubeconfigs.change, { file: join(folder, 'config'), server: proxy.url }),
  );
});
afterEach(async () => {
  through.close();
  await proxy.close();
});

const NODE = '/api/v1/nodes/node-worker-2';
const annotate = (value: string) =>
  through.request(
    'PATCH',
    NODE,
    { metadata: { annotations: { 'lab-test': value } } },
    'application/merge-patch+json',
  );
const written = () =>
  effectiveWrites(audit.requests(), {
    resource: 'nodes',
    name: 'node-worker-2',
    user: /nightshift-change$/,
  });

test('without a fault it is as if it were not there, and remembers what passed', async () => {
  expect((await annotate('plain')).status).toBe(200);
  expect(proxy.requests).toEqual([expect.objectContaining({ method: 'PATCH', path: NODE })]);
  await until(async () => written().length === 1);
});

test('a held request has not reached the server, and a dropped one never does', async () => {
  const held = proxy.holdRequest({ method: 'PATCH', path: /nodes\// });
  const answer = annotate('dropped');
  expect(await held.arrived).toMatchObject({
    method: 'PATCH',
    path: NODE,
    body: expect.stringContaining('dropped'),
  });
  held.drop();
  await expect(answer).rejects.toThrow();
  // The audit log is in order: once a later write is in it, an earlier one would be.
  await annotate('later');
  const writes = await until(async () => written().length > 0 && written());
  expect(writes.map(({ sent }) => JSON.stringify(sent))).toEqual([expect.stringContaining('later')]);
});

test('a held request is forwarded on release', async () => {
  const held = proxy.holdRequest({ method: 'PATCH' });
  const answer = annotate('released');
  await held.arrived;
  held.release();
  expect((await answer).status).toBe(200);
});

test('when a response is held the write has been made, and dropping it loses only the answer', async () => {
  const held = proxy.holdResponse({ method: 'PATCH', path: /nodes\// });
  const answer = annotate('written');
  expect(await held.arrived).toMatchObject({ status: 200 });
  await until(async () => written().length === 1);
  held.drop();
  await expect(answer).rejects.toThrow();
  expect(written()).toHaveLength(1);
});

test('a hold takes the first match only', async () => {
  const held = proxy.holdRequest({ method: 'PATCH' });
  const first = annotate('first');
  await held.arrived;
  expect((await annotate('second')).status).toBe(200);
  held.release();
  expect((await first).status).toBe(200);
});

test('a standing fault answers as often as it is told to, then the server does', async () => {
  const busy = {
    kind: 'answer',
    status: 429,
    body: statusBody(429, 'TooManyRequests', 'slow down'),
    headers: { 'retry-after': '1' },
  } as const;
  const fault = proxy.fault({ path: /nodes/ }, busy, { times: 2 });
  expect([(await annotate('a')).status, (await annotate('b')).status, (await annotate('c')).status]).toEqual([
    429, 429, 200,
  ]);
  expect(fault.count).toBe(2);
});

test('requests and answers can be lost for good', async () => {
  proxy.fault({ method: 'PATCH' }, { kind: 'drop-request' }, { times: 1 });
  await expect(annotate('lost')).rejects.toThrow();
  proxy.fault({ method: 'PATCH' }, { kind: 'drop-response' }, { times: 1 });
  await expect(annotate('unanswered')).rejects.toThrow();
  const writes = await until(async () => written().length > 0 && written());
  expect(writes.map(({ sent }) => JSON.stringify(sent))).toEqual([expect.stringContaining('unanswered')]);
});

test('a watch streams through', async () => {
  const kubectl = await resolveBinary('kubectl');
  const config = join(folder, 'config');
  const watch = outcome([
    kubectl,
    '--kubeconfig',
    config,
    '--request-timeout=4s',
    '-n',
    'payments',
    'get',
    'pods',
    '--watch',
    '-o',
    'name',
  ]);
  await until(async () => proxy.requests.some(({ path }) => path.includes('watch=true')));
  expect((await watch).stdout + (await watch).stderr).toContain('pod/');
});

test('exec, a protocol upgrade, passes', async () => {
  const kubectl = await resolveBinary('kubectl');
  const argv = [
    kubectl,
    '--kubeconfig',
    join(folder, 'config'),
    '-n',
    'payments',
    'exec',
    'deploy/postgres',
    '--',
    'echo',
    'from inside',
  ];
  expect(await outcome(argv)).toMatchObject({ exitCode: 0, stdout: 'from inside\n' });
  expect(proxy.requests).toContainEqual(expect.objectContaining({ path: expect.stringContaining('/exec?') }));
});
