import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certificateIn } from '../../../../activities/kubernetes/certificates/certificate.ts';
import { call } from '../calls.ts';
import { openCluster, type Cluster } from '../cluster.ts';

let cluster: Cluster;
const onDisk = async (file: string) =>
  certificateIn(await readFile(join(cluster.details.stateDirectory, 'pki', `${file}.crt`)))!;

beforeAll(async () => {
  cluster = await openCluster('certs');
});
afterAll(() => cluster.close());

test('what a kubelet and the API server serve is what lies on disk', async () => {
  const served = cluster.reading('servedCertificates');
  const { name, address } = cluster.details.nodes[0]!;
  const kubelet = await onDisk(`${name}-serving`);
  expect(kubelet.names).toEqual(expect.arrayContaining([address, name]));
  expect(await served({ node: name }, call())).toEqual({
    served: [{ address: `${address}:10250`, pod: null, certificate: kubelet }],
    unapproved: [],
  });
  expect(await served({}, call())).toMatchObject({ served: [{ certificate: await onDisk('apiserver') }] });
});

test('a port that does not speak TLS, and a Service without one, are told apart', async () => {
  const { namespace, service } = cluster.details.workload;
  const served = cluster.reading('servedCertificates');
  const answer = (await served({ namespace, service }, call())) as { served: { problem?: string }[] };
  expect(answer.served.length).toBeGreaterThan(0);
  expect(answer.served.every((s) => /does not speak TLS/.test(s.problem ?? ''))).toBe(true);
  await expect(served({ namespace, service, port: 1 }, call())).rejects.toMatchObject({ kind: 'invalid' });
});

test('a Secret without the right to get it is not seen, and that is no failure', async () => {
  const stored = await cluster.reading('storedCertificate')({ namespace: 'payments', secret: 'tls' }, call());
  expect(stored).toEqual({ state: 'not-seen', certificate: null, writtenAt: null, renewal: null });
});
