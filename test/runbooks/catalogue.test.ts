import { expect, test } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import runbooks from '../../runbooks/index.ts';

const alert = (labels: Record<string, string>) => ({
  source: 'alertmanager',
  name: 'HighErrorRate',
  severity: 'critical',
  labels: { alertname: 'HighErrorRate', ...labels },
  annotations: {},
  startedAt: '2026-11-21T02:47:00.000Z',
});
const crash = runbooks.find((r) => r.id === 'pods-crash-on-one-node')!;
const inputOf = (labels: Record<string, string>) =>
  crash.input.safeParse(crash.triggers[0]!.input(alert(labels)));

test('ids are unique', () => {
  expect(new Set(runbooks.map((r) => r.id)).size).toBe(runbooks.length);
});

test('every runbook has a scenario, on which every crash is tried', async () => {
  const scenarios = await readdir(join(import.meta.dirname, 'scenarios'));
  const without = runbooks.map(({ id }) => id).filter((id) => !scenarios.includes(`${id}.ts`));
  expect(without).toEqual([]);
});

test('an alert becomes an input, and two alerts of one service are one incident', () => {
  const one = inputOf({ namespace: 'payments', service: 'payment-service', severity: 'critical' });
  const two = inputOf({ namespace: 'payments', service: 'payment-service', pod: 'x' });
  expect(one.data).toEqual({ namespace: 'payments', service: 'payment-service' });
  expect(crash.correlationKey(one.data)).toBe('payments/payment-service');
  expect(crash.correlationKey(two.data)).toBe(crash.correlationKey(one.data));
});

test.each([
  ['no namespace', { service: 'shop' }, 'namespace'],
  ['no service', { namespace: 'shop' }, 'service'],
  ['a namespace that is none', { namespace: '../kube-system', service: 'shop' }, 'namespace'],
  ['a service with PromQL in it', { namespace: 'shop', service: 'x"} or up{a="' }, 'service'],
])('an alert with %s starts nothing, and the field is named', (_, labels, field) => {
  const parsed = inputOf(labels);
  expect(parsed.success).toBe(false);
  expect(parsed.error?.issues[0]?.path).toEqual([field]);
});
