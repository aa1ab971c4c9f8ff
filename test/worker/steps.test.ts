import { expect, test } from '@jest/globals';
import { parseConfig } from '../../config/index.ts';
import { configuredSteps } from '../../worker/steps.ts';
import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { hosts } from '../../activities/hosts/contract.ts';
import { prometheus } from '../../activities/prometheus/contract.ts';
import { tickets } from '../../activities/tickets/contract.ts';

const bare = parseConfig(
  { deployment: 'test', stateDir: '/nowhere', database: { url: { env: 'DATABASE_URL' } } },
  { name: 'test', baseDir: '/' },
);

test('every step is known, also of systems that the configuration leaves out', () => {
  const names = configuredSteps(bare).steps.map((s) => s.contract.name);
  const systems: Record<string, { contract: { name: string } }>[] = [kubernetes, hosts, prometheus, tickets];
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
