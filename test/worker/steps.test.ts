import { expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../config/index.ts';
import { configuredSteps } from '../../worker/steps.ts';
import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { hosts } from '../../activities/hosts/contract.ts';
import { alertmanager } from '../../activities/alertmanager/contract.ts';
import { grafana } from '../../activities/grafana/contract.ts';
import { jaeger } from '../../activities/jaeger/contract.ts';
import { loki } from '../../activities/loki/contract.ts';
import { pagerduty } from '../../activities/pagerduty/contract.ts';
import { prometheus } from '../../activities/prometheus/contract.ts';
import { tickets } from '../../activities/tickets/contract.ts';

const bare = parseConfig(
  { deployment: 'test', stateDir: '/nowhere', database: { url: { env: 'DATABASE_URL' } } },
  { name: 'test', baseDir: '/' },
);

test('every step is known, also of systems that the configuration leaves out', () => {
  const names = configuredSteps(bare).steps.map((s) => s.contract.name);
  const systems: Record<string, { contract: { name: string } }>[] = [
    kubernetes,
    hosts,
    prometheus,
    alertmanager,
    loki,
    jaeger,
    grafana,
    pagerduty,
    tickets,
  ];
  const declared = systems.flatMap((steps) => Object.values(steps).map((s) => s.contract.name));
  expect(names.sort()).toEqual(declared.sort());
});

test('such a step fails by naming the field to write', async () => {
  const step = configuredSteps(bare).steps.find((s) => s.contract.name === 'kubernetes.listPods');
  if (!step || !('run' in step)) throw new Error('listPods is a read');
  const context = { signal: new AbortController().signal, heartbeat: () => undefined, deadline: new Date() };
  await expect(step.run({}, context)).rejects.toMatchObject({
    kind: 'invalid',
    message: 'this deployment has no `cluster`',
    next: expect.stringMatching(/nightshift\.config\.ts/),
  });
});

test('a worker that changes nothing needs no credentials for changes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-steps-'));
  try {
    await writeFile(
      join(folder, 'read.yaml'),
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
        users: [{ name: 'u', user: { token: 'x' } }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'c',
      }),
    );
    const cluster = {
      name: 'prod',
      read: { kubeconfig: './read.yaml' },
      change: { kubeconfig: './change.yaml' },
      probeImage: 'busybox',
    };
    const config = parseConfig(
      { deployment: 'test', stateDir: '/nowhere', database: { url: { env: 'DATABASE_URL' } }, cluster },
      { name: 'test', baseDir: folder },
    );
    await configuredSteps(config, 'workflows').close();
    expect(() => configuredSteps(config, 'changes')).toThrow(/change\.yaml/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
