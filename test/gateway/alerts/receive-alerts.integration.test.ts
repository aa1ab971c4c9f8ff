import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseAlertmanager } from '../../../gateway/alerts/sources/alertmanager.ts';
import { receiveAlerts } from '../../../gateway/alerts/receive-alerts.ts';
import { createLogger } from '../../../gateway/log.ts';
import { createMetrics } from '../../../gateway/metrics.ts';
import type { Ledger } from '../../../ledger/api.ts';
import { anAlert, createDeployment, type TestDeployment } from '../../ledger/deployment.ts';
import { alertmanagerPayload } from '../deliveries.ts';
import runbooks from '../catalogue.ts';

let deployment: TestDeployment;
let ledger: Ledger;
beforeAll(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
});
afterAll(() => deployment.end());

const receive = (alerts: Parameters<typeof receiveAlerts>[1]) =>
  receiveAlerts(
    {
      ...{ ledger, runbooks, inShadow: new Set<string>(), metrics: createMetrics() },
      ...{ log: createLogger('silent'), wake: () => undefined },
    },
    alerts,
  );

test('an alert that the ledger does not take keeps none of its group from being taken, now and when it comes again', async () => {
  await deployment.sql(`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
    create trigger poison before insert on alerts for each row when (new.name = 'Poison') execute function refuse()`);
  const group = ['First', 'Poison', 'Last'].map((name) => anAlert({ name }));
  for (const _ of ['first', 'repeated']) {
    await expect(receive(group)).rejects.toThrow('1 of 3 alerts could not be written down');
    for (const name of ['First', 'Last'])
      expect(await ledger.alerts({ name, limit: 5 })).toMatchObject([{ name }]);
  }
});

test('texts that no index could hold start their run like any other', async () => {
  const { alerts } = alertmanagerPayload({ service: 'payments' });
  const noise = randomBytes(100_000).toString('base64');
  const labels = { ...alerts[0]!.labels, noise };
  const sent = { ...alerts[0]!, fingerprint: noise, labels, annotations: { noise } };
  const payload = { ...alertmanagerPayload({ service: 'payments' }), alerts: [sent] };
  const [receipt] = await receive(parseAlertmanager(payload, { authenticated: true }).alerts);
  expect(receipt!.runs).toMatchObject([{ effect: 'new' }]);
});
