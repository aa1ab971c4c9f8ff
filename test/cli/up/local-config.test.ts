import { expect, test } from '@jest/globals';
import { contextConfig, labConfig, localConfig, nameOf } from '../../../cli/up/local-config.ts';
import { stateFiles } from '../../../cli/up/state-files.ts';
import { parseConfig } from '../../../config/index.ts';
import type { LabDetails } from '../../../lab/index.ts';

const lab = {
  name: 'lab',
  kubeconfigs: { admin: '/l/admin.yaml', read: '/l/read.yaml', change: '/l/change.yaml' },
  workload: {
    probeImage: 'registry.local/busybox:1',
    debugImage: 'registry.local/debug:1',
    probeNamespace: 'nightshift-probes',
  },
  ssh: { user: 'oncall', readingKey: '/l/reading', changingKey: '/l/changing', knownHosts: '/l/known_hosts' },
  nodes: [{ name: 'node-worker-1', address: '10.99.0.11', sshPort: 22 }],
  prometheus: { url: 'http://10.99.0.1:9090' },
  alertmanager: { url: 'http://10.99.0.1:9093' },
} as unknown as LabDetails;

const written = (system: object) =>
  parseConfig(
    JSON.parse(
      JSON.stringify(
        localConfig({
          files: stateFiles('/state'),
          deployment: 'local',
          temporalAddress: '127.0.0.1:7233',
          gatewayPort: 7070,
          person: { id: 'ana', name: 'Ana', roles: ['payments-oncall'] },
          system,
        }),
      ),
    ),
  );

test('what up writes is a good configuration, with the lab wired in and changes under their own credentials', () => {
  expect(written(labConfig(lab))).toMatchObject({
    clusters: [{ read: { kubeconfig: '/l/read.yaml' }, change: { kubeconfig: '/l/change.yaml' } }],
    hosts: {
      read: { identityFile: '/l/reading' },
      change: { identityFile: '/l/changing' },
      addresses: { 'node-worker-1': '10.99.0.11' },
    },
    alertmanager: { url: 'http://10.99.0.1:9093' },
    witness: { file: '/state/checkpoints.txt' },
    development: false,
  });
});

test('Loki and Jaeger are asked where the lab runs them', () => {
  expect(written(labConfig(lab))).not.toHaveProperty('loki');
  const more = {
    loki: { url: 'http://10.99.0.1:3100' },
    jaeger: { url: 'http://10.99.0.1:16686', otlp: '' },
  };
  expect(written(labConfig({ ...lab, ...more }))).toMatchObject({
    loki: { url: 'http://10.99.0.1:3100' },
    traces: { kind: 'jaeger', url: 'http://10.99.0.1:16686' },
  });
});

test('a context of a kubeconfig becomes the cluster', () => {
  const config = written(contextConfig('Kind_Kind@dev', '/home/ana/.kube/config'));
  expect(config.clusters[0]).toMatchObject({ name: 'kind-kind-dev', read: { context: 'Kind_Kind@dev' } });
  expect(config.hosts).toBeUndefined();
});

test('names of the operating system become names of the configuration', () => {
  expect(nameOf('Jörg.Müller', 'x')).toBe('j-rg-m-ller');
  expect(nameOf('___', 'local')).toBe('local');
});
