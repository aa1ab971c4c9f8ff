import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { nightshift } from './command-line.ts';
import { detail } from './render/samples.ts';
import { startSmallGateway, type SmallGateway } from './small-gateway.ts';

let gateway: SmallGateway;
beforeAll(async () => void (gateway = await startSmallGateway()));
afterAll(() => gateway.close());
const told = (...args: string[]) =>
  nightshift(['told', ...args], { env: { NIGHTSHIFT_URL: gateway.url, NIGHTSHIFT_TOKEN: 't' } });

test('shows what was told to whom, and what has not arrived and why', async () => {
  const { code, out } = await told();
  expect(code).toBe(0);
  const rows = out.split('\n').filter((line) => line.includes('payments-chat'));
  expect(rows).toHaveLength(4);
  for (const [i, said] of ['yes', 'not yet, 3 attempts', 'given up: it answered 404', 'on its way'].entries())
    expect(rows[i]).toContain(said.slice(0, 12));
});

test('as JSON, of one run by a part of its id, at most so many', async () => {
  gateway.details = [{ ...detail, run: { ...detail.run, workflowId: 'sick/shop/1' } }];
  const { out } = await told('sick/shop', '--limit', '2', '-o', 'json');
  expect((JSON.parse(out) as { told: object[] }).told).toHaveLength(2);
});

test('a run that nobody knows is not one that nobody was told of', async () => {
  const { code, err } = await told('other');
  expect(code).toBe(4);
  expect(err).toContain('other');
});

test('a test message says where to look for it', async () => {
  const { out } = await told('test', 'payments-chat');
  expect(out).toContain('A test is on its way to payments-chat');
  expect(gateway.asked.at(-1)?.path).toBe('POST /api/told/payments-chat/test');
});
