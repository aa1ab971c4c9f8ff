import { expect, test } from '@jest/globals';
import { kubeconfigOf, parseConfig } from '../../config/index.ts';

const least = { deployment: 'prod', stateDir: 'state', database: { url: { env: 'DATABASE_URL' } } };
const one = { read: { kubeconfig: 'read.yaml' }, change: { inCluster: true }, probeImage: 'busybox' };
const hosts = (user: string) => ({
  user,
  knownHostsFile: 'known',
  read: { identityFile: 'r' },
  change: { identityFile: 'c' },
});
const parsed = (written: object) => parseConfig({ ...least, ...written }, { name: 'c', baseDir: '/etc/n' });

test('one cluster needs no name elsewhere, and its hosts stand beside it', () => {
  const { clusters, hosts: known } = parsed({ cluster: { name: 'lab', ...one }, hosts: hosts('oncall') });
  expect(clusters.map(({ name }) => name)).toEqual(['lab']);
  expect(clusters[0]?.hosts).toEqual(known);
  expect(clusters[0]).toMatchObject({
    read: { kubeconfig: '/etc/n/read.yaml' },
    change: { inCluster: true, serviceAccount: '/var/run/secrets/kubernetes.io/serviceaccount' },
  });
});

test('of several the default comes first, each with hosts of its own', () => {
  const { clusters, hosts: known } = parsed({
    clusters: { east: { ...one, hosts: hosts('east') }, west: { ...one, hosts: hosts('west') }, lab: one },
    defaultCluster: 'west',
  });
  expect(clusters.map(({ name, hosts: of }) => [name, of?.user])).toEqual([
    ['west', 'west'],
    ['east', 'east'],
    ['lab', undefined],
  ]);
  expect(known?.user).toBe('west');
  expect(clusters[0]?.hosts?.knownHostsFile).toEqual(['/etc/n/known']);
});

const wrong: readonly [string, object, RegExp][] = [
  ['no default among several', { clusters: { a: one, b: one } }, /defaultCluster: .*"a" or "b"/],
  [
    'a default that is none of them',
    { clusters: { a: one }, defaultCluster: 'z' },
    /defaultCluster: no cluster is called "z"; write "a"/,
  ],
  ['a default of nothing', { defaultCluster: 'z' }, /defaultCluster: there are no `clusters`/],
  ['both ways at once', { cluster: { name: 'a', ...one }, clusters: { b: one } }, /cluster: write it into/],
  ['hosts of nobody knows which', { clusters: { a: one }, hosts: hosts('x') }, /hosts: write them into/],
  ['none at all', { clusters: {} }, /clusters: name at least one cluster/],
  [
    'neither a kubeconfig nor in the cluster',
    { cluster: { name: 'a', ...one, read: { inCluster: false } } },
    /cluster\.read: write \{ kubeconfig: .* or \{ inCluster: true \}/,
  ],
];
for (const [what, written, said] of wrong)
  test(`${what} is refused`, () => expect(() => parsed(written)).toThrow(said));

test('in a pod the API server is that of the environment, by IPv6 too', () => {
  const access = { inCluster: true as const, serviceAccount: '/sa' };
  const { kubeconfig } = kubeconfigOf(access, {
    KUBERNETES_SERVICE_HOST: 'fd00::1',
    KUBERNETES_SERVICE_PORT: '443',
  });
  expect(kubeconfig).toMatchObject({
    clusters: [{ cluster: { server: 'https://[fd00::1]:443', 'certificate-authority': '/sa/ca.crt' } }],
    users: [{ user: { tokenFile: '/sa/token' } }],
  });
});

test('outside of a pod inCluster says what is missing and what to write', () => {
  expect(() => kubeconfigOf({ inCluster: true, serviceAccount: '/sa' }, {})).toThrow(
    /KUBERNETES_SERVICE_HOST .* not set.*write \{ kubeconfig/,
  );
});
