/** Schedules through the front door; what the clock started reaches Temporal as any other run does. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ApiClient } from '../../gateway/api-client.ts';
import { until } from '../setup/until.ts';
import { createHouse, type House, type Process } from './house.ts';

let house: House;
let gateway: Process;
let ana: ApiClient;
beforeAll(async () => {
  house = await createHouse();
  gateway = await house.startGateway();
  ana = await house.client(gateway, 'ana');
});
afterAll(() => house.close());

test('tells the next times and the last run; pause and resume say who and why', async () => {
  const { schedules } = await ana.schedules({ next: 2 });
  expect(schedules).toMatchObject([
    {
      ...{ id: 'once-a-year:party', runbook: 'once-a-year', when: '0 0 1 1 *', timeZone: 'Europe/Berlin' },
      ...{
        overlap: 'skip',
        catchUp: '10 minutes',
        next: [/-12-31T23:00/, /-12-31T23:00/].map((m) => expect.stringMatching(m)),
      },
    },
  ]);
  await ana.pauseSchedule('once-a-year:party', 'no guests');
  await expect(ana.pauseSchedule('once-a-year:party', 'again')).rejects.toMatchObject({ code: 'conflict' });
  expect((await ana.schedules()).schedules[0]!.paused).toMatchObject({ by: 'ana', reason: 'no guests' });
  await ana.resumeSchedule('once-a-year:party', 'guests');
  expect((await ana.schedules()).schedules[0]!.paused).toBeUndefined();
  await expect(ana.pauseSchedule('never', 'why')).rejects.toThrow(
    'there is no schedule "never"; there are: once-a-year:party',
  );
});

test('what the clock started is signed and started once, also by a gateway that was killed meanwhile', async () => {
  await gateway.kill('SIGKILL');
  const { workflowId } = await house.ledger.startScheduled({
    ...{
      schedule: 'once-a-year:party',
      at: '2026-01-01T00:00:00.000Z',
      overlap: 'skip',
      runbook: 'once-a-year',
    },
    ...{ title: 'Once a year', input: { service: 'all' }, correlationKey: 'all' },
  });
  const [one] = await Promise.all([house.startGateway(), house.startGateway()]);
  await until(async () => (await house.ledger.run(workflowId!))?.status === 'started');
  const { status } = await house.temporal.workflow.getHandle(workflowId!).describe();
  expect(status.name).toBe('RUNNING');
  const bo = await house.client(one, 'bo');
  expect((await bo.schedules()).schedules[0]!.last).toMatchObject({ workflowId, status: 'started' });
  expect((await bo.runbooks()).runbooks.find((r) => r.id === 'once-a-year')!.schedules).toEqual([
    { when: '0 0 1 1 *', timeZone: 'Europe/Berlin' },
  ]);
});
