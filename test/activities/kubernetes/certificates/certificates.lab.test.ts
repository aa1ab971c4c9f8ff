import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certificateIn } from '../../../../activities/kubernetes/certificates/certificate.ts';
import { until } from '../../../setup/until.ts';
import { call } from '../calls.ts';
import { openCluster, type Cluster } from '../cluster.ts';

let cluster: Cluster;
const onDisk = async (file: string) =>
  certificateIn(await readFile(join(cluster.details.stateDirectory, 'pki', `${file}.crt`)))!;

beforeAll(async () => {
  cluster = await openCluster('certs');
});
afterAll(() => cluster.close());

interface Served {
  readonly served: readonly { readonly problem?: string }[];
}
/** What is served, once all have answered: a short read waits for a busy one for a few seconds only. */
const answered = (where: object): Promise<Served> => {
  const ask = () => cluster.reading('servedCertificates')(where, call()) as Promise<Served>;
  return until(
    async () => {
      const answer = await ask();
      return answer.served.every(({ problem }) => problem !== 'no answer in time') && answer;
    },
    async () => JSON.stringify(await ask()),
  );
};

test('what a kubelet and the API server serve is what lies on disk', async () => {
  const { name, address } = cluster.details.nodes[0]!;
  const kubelet = await onDisk(`${name}-serving`);
  expect(kubelet.names).toEqual(expect.arrayContaining([address, name]));
  expect(await answered({ node: name })).toEqual({
    served: [{ address: `${address}:10250`, pod: null, certificate: kubelet }],
    unapproved: [],
  });
  expect(await answered({})).toMatchObject({ served: [{ certificate: await onDisk('apiserver') }] });
});

test('a port that does not speak TLS, and a Service without one, are told apart', async () => {
  const { namespace, service } = cluster.details.workload;
  const answer = await answered({ namespace, service });
  expect(answer.served.length).toBeGreaterThan(0);
  expect(answer.served.every((s) => /does not speak TLS/.test(s.problem ?? ''))).toBe(true);
  const wrongPort = cluster.reading('servedCertificates')({ namespace, service, port: 1 }, call());
  await expect(wrongPort).rejects.toMatchObject({ kind: 'invalid' });
});

test('a Secret without the right to get it is not seen, and that is no failure', async () => {
  const stored = await cluster.reading('storedCertificate')({ namespace: 'payments', secret: 'tls' }, call());
  expect(stored).toEqual({ state: 'not-seen', certificate: null, writtenAt: null, renewal: null });
});
