/** Promise 1 in a storm: many senders at once, each repeating what was not taken, while a gateway and the ledger die. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { deliverAlertmanager, json, type Answer } from './deliveries.ts';
import { until } from '../setup/until.ts';
import { createHouse, type House, type Process } from './house.ts';

const SENDERS = 50;
const EACH = 10;
const SERVICES = 40;

let house: House;
let gateways: Process[];
beforeAll(async () => {
  house = await createHouse();
  gateways = await Promise.all([house.startGateway(), house.startGateway()]);
});
afterAll(() => house.close());

/** So many of its alerts each sender sends by now: the storm is not over before the last of what befalls it. */
let released = (2 * EACH) / 5;
/** What the senders were told. */
const acknowledged: { alertId: string; duplicate: boolean }[] = [];
const refusedWith = new Set<number | 'no answer'>();

/** A sender that repeats a delivery until it is taken, as Alertmanager does, to whichever gateway it finds. */
async function send(sender: number): Promise<void> {
  for (let n = 0; n < EACH; n += 1) {
    while (n >= released) await sleep(50);
    const alert = sender * EACH + n;
    const startsAt = new Date(Date.UTC(2026, 10, 21, 2) + alert * 1000).toISOString();
    for (let attempt = 0; ; attempt += 1) {
      const { url } = gateways[(sender + attempt) % gateways.length]!;
      const response = await deliverAlertmanager(url, {
        service: `storm-${alert % SERVICES}`,
        startsAt,
      }).catch(() => undefined);
      if (response?.ok) {
        acknowledged.push(...(await json<Answer>(response)).alerts);
        break;
      }
      refusedWith.add(response?.status ?? 'no answer');
      await sleep(50);
    }
  }
}
const taken = (count: number) =>
  until(
    () => acknowledged.length >= count,
    () => `${acknowledged.length} taken, not ${count}`,
  );

test('every alert is acknowledged or honestly refused; none is lost after that, none starts a run twice', async () => {
  const all = SENDERS * EACH;
  const storm = Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender)));
  await taken(all / 5);
  await gateways[0]!.kill('SIGKILL');
  gateways[0] = await house.startGateway();
  released = (3 * EACH) / 5;
  await taken((2 * all) / 5);
  await house.database.cut();
  released = (4 * EACH) / 5;
  await until(
    () => refusedWith.has(503),
    () => `refused with ${[...refusedWith].join(', ')}, ${acknowledged.length} of ${all} taken`,
  );
  await house.database.mend();
  await taken((3 * all) / 5);
  released = EACH;
  await gateways[1]!.kill('SIGKILL');
  gateways[1] = await house.startGateway();
  await storm;

  // 503 is what Alertmanager repeats; anything else would be a loss.
  expect([...refusedWith].filter((status) => status !== 503 && status !== 'no answer')).toEqual([]);
  expect(acknowledged).toHaveLength(all);
  const written = new Set((await house.ledger.alerts({ limit: 2 * all })).map(({ id }) => id));
  expect(written.size).toBe(all);
  expect(acknowledged.filter(({ alertId }) => !written.has(alertId))).toEqual([]);

  const runs = await house.ledger.runs({ limit: 500 });
  expect(runs.map(({ workflowId }) => workflowId).sort()).toEqual(
    Array.from({ length: SERVICES }, (_, i) => `service-sick/storm-${i}/1`).sort(),
  );
  await until(
    async () => (await house.temporal.workflow.count('ExecutionStatus="Running"')).count === SERVICES,
    async () => `${(await house.temporal.workflow.count()).count} of ${SERVICES} runs are at Temporal`,
  );
  expect((await house.temporal.workflow.count()).count).toBe(SERVICES);
}, 600_000);
