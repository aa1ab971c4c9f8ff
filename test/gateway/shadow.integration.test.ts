/** A runbook in shadow through the front door: an alert, its run, and the report. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { COMPARED, type ComparedChange } from '../../workflows/agreement.ts';
import { nightshift } from '../cli/command-line.ts';
import { until } from '../setup/until.ts';
import { deliverAlertmanager, json, type Answer } from './deliveries.ts';
import { createHouse, type House, type Process } from './house.ts';

let house: House;
let gateway: Process;
beforeAll(async () => {
  house = await createHouse();
  gateway = await house.startGateway({ shadow: ['service-sick'] });
});
afterAll(() => house.close());

const change = (agreement: ComparedChange['agreement'], index: number): ComparedChange => ({
  ...{ plan: 1, index, step: 'kubernetes.cordonNode', target: 'node/worker-3', summary: 'Cordon worker-3' },
  ...{ risk: 'reversible', askedAt: '2026-11-21T02:48:00.000Z', seenAt: '2026-11-21T02:58:00.000Z' },
  ...{ agreement, reason: 'seen', writes: [] },
});
const at = '2026-11-21T02:48:00.000Z';
/** The run that it starts, once Temporal has it: nothing of the report changes by itself any more. */
const fire = async (service: string) => {
  const { alerts } = await json<Answer>(await deliverAlertmanager(gateway.url, { service }));
  const { workflowId } = alerts[0]!.runs[0] as { workflowId: string };
  await until(async () => (await house.ledger.run(workflowId))?.status === 'started');
  return workflowId;
};

test('its alerts start runs that only try, and the report counts what they would have done', async () => {
  const [ended, idle, open] = [await fire('one'), await fire('two'), await fire('three')];
  expect(await house.ledger.run(open)).toMatchObject({ dryRun: true, shadow: true });
  const said = [change('same', 0), change('same', 1), change('other', 2), change('unknown', 3)];
  await house.ledger.sealRun({
    ...{ workflowId: ended, outcome: 'completed', result: null },
    journal: said.map((facts, i) => ({
      ...{ seq: i + 1, at, kind: 'note', name: COMPARED, text: 'said', status: 'ok', facts },
    })),
  });
  await house.ledger.sealRun({ workflowId: idle, outcome: 'completed', result: null, journal: [] });
  const failed = await fire('four');
  await house.ledger.sealRun({ workflowId: failed, outcome: 'failed', result: 'bug', journal: [] });
  // Its entries keep what they say once the log has them.
  await house.ledger.seal();
  const ana = await house.client(gateway, 'ana');
  const report = await ana.shadowReport('service-sick');
  expect(report).toMatchObject({
    inShadow: true,
    totals: {
      ...{ runs: 4, open: 1, withoutChange: 1, notCompared: 1, changes: 4 },
      ...{ same: 2, other: 1, nothing: 0, unknown: 1, agreement: 2 / 3 },
    },
  });
  expect(report.runs.find((run) => run.workflowId === ended)?.changes).toEqual(said);
  const env = { NIGHTSHIFT_URL: gateway.url, NIGHTSHIFT_TOKEN: await house.token('ana', ['read']) };
  const shown = await nightshift(['shadow', 'report', 'service-sick'], { env });
  expect(shown.out).toContain('4 changes: 2 done the same (67% of those one can tell), 1 done otherwise');
  const asJson = await nightshift(['shadow', 'report', 'service-sick', '-o', 'json'], { env });
  expect(JSON.parse(asJson.out)).toEqual(report);
  const none = await nightshift(['shadow', 'report', 'service-sik'], { env });
  expect(none).toMatchObject({ out: '', err: expect.stringContaining('there is no runbook "service-sik"') });
  expect((await ana.runbooks()).runbooks.map((r) => r.inShadow)).toEqual([true, false, false]);
});

test('a gateway whose configuration names no runbook of its own does not start', async () => {
  await expect(house.startGateway({ shadow: ['service-sik'] })).rejects.toThrow(
    'shadow.0: there is no runbook "service-sik"; there are: service-sick',
  );
});
