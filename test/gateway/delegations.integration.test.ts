/** Somebody lets a colleague answer in their place, through the gateway's front door. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ApiClient } from '../../gateway/api-client.ts';
import { createHouse, type House } from './house.ts';

let house: House;
let ana: ApiClient;
let cy: ApiClient;
beforeAll(async () => {
  house = await createHouse();
  const gateway = await house.startGateway();
  ana = await house.client(gateway, 'ana');
  cy = await house.client(gateway, 'cy');
});
afterAll(() => house.close());

const until = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const given = { role: 'payments-oncall', to: 'cy', reason: 'on a plane' };

test('is listed while it is in force, recorded, and taken back by either of the two', async () => {
  const d = await ana.delegate({ ...given, until: until(6) });
  expect((await cy.delegations()).delegations).toEqual([d]);
  expect(d).toMatchObject({ from: 'ana', to: 'cy', role: 'payments-oncall', reason: 'on a plane' });
  await cy.endDelegation(d.id);
  expect((await ana.delegations()).delegations).toEqual([]);
  await house.ledger.seal();
  const { entries } = (await house.ledger.exportLog()) as { entries: { leaf: string | null }[] };
  const kinds = entries.map(({ leaf }) => (JSON.parse(leaf!) as { kind: string }).kind);
  expect(kinds.filter((kind) => kind.startsWith('delegation'))).toEqual(['delegation', 'delegation-ended']);
});

test.each([
  [
    'a role that one does not hold',
    { role: 'managers' },
    /ana does not hold "managers" now \(but payments-oncall\)/,
  ],
  [
    'somebody nobody knows',
    { to: 'eve' },
    /body.to: the configuration names no "eve"; there are: ana, bo, cy/,
  ],
  ['oneself', { to: 'ana' }, /body.to: name somebody else/],
  ['the past', { until: until(-1) }, /body.until: must be in the future/],
  ['a month', { until: until(24 * 30) }, /body.until: must be within 14 days/],
  ['no reason', { reason: ' ' }, /reason/],
])('%s is refused', async (_, change, why) => {
  await expect(ana.delegate({ ...given, until: until(1), ...change })).rejects.toThrow(why);
});

test('what one stands in for cannot be passed on, and a stranger takes nothing back', async () => {
  const d = await ana.delegate({ ...given, until: until(1) });
  await expect(cy.delegate({ ...given, to: 'bo', until: until(1) })).rejects.toThrow(
    /cy does not hold "payments-oncall".*cannot be passed on/,
  );
  const gateway = await house.startGateway();
  const secret = await house.token('bo', ['decide']);
  const response = await fetch(`${gateway.url}/api/delegations/${d.id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${secret}` },
  });
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({
    message: expect.stringContaining('only ana, cy or a token'),
  });
  await expect(ana.endDelegation('delegation-none')).rejects.toMatchObject({ code: 'not-found' });
  await ana.endDelegation(d.id);
});
