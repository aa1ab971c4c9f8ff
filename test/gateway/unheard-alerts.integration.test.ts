/** Promise 1: an alert that joined a run which was over before it heard of it still gets a run. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { receiveAgain } from '../../gateway/alerts/receive-again.ts';
import { sweepClosedRuns } from '../../gateway/closed-runs.ts';
import { createDispatcher } from '../../gateway/dispatcher.ts';
import { createLogger } from '../../gateway/log.ts';
import { createMetrics } from '../../gateway/metrics.ts';
import { createTemporalClient, type TemporalClient } from '../../gateway/temporal-client.ts';
import { generateKeyPair } from '../../ledger/keys.ts';
import { aMatch, anAlert } from '../ledger/deployment.ts';
import { until } from '../setup/until.ts';
import catalogue from './catalogue.ts';
import { createHouse, type House } from './house.ts';

let house: House;
let temporal: TemporalClient;
const log = createLogger('silent');
const runbooks = catalogue.map((runbook) => ({
  ...runbook,
  whenAlertResolves: 'stop-before-first-change' as const,
}));
beforeAll(async () => {
  house = await createHouse();
  temporal = createTemporalClient({
    address: `127.0.0.1:${house.temporalServer.port}`,
    namespace: house.temporal.options.namespace,
    deployment: 'test',
    identity: 'test',
  });
});
afterAll(async () => {
  await temporal.close();
  await house.close();
});

const dispatch = (metrics = createMetrics()) => {
  const { ledger } = house;
  const dispatcher = createDispatcher({
    ...{ ledger, temporal, metrics, log, sweepMs: 200 },
    signer: { deployment: 'test', key: generateKeyPair() },
    receiveAgain: (signal) => receiveAgain({ ledger, runbooks, metrics, log }, signal),
  });
  dispatcher.start();
  return dispatcher;
};
const alertOf = (service: string) =>
  anAlert({ name: 'ServiceSick', labels: { alertname: 'ServiceSick', service } });
const matchOf = (service: string, runbook = 'service-sick') =>
  aMatch({ runbook, input: { service }, correlationKey: service });

test('an alert that joins a run which Temporal has closed already starts the next one', async () => {
  const { ledger } = house;
  const dispatcher = dispatch();
  const match = matchOf('closed');
  const { workflowId } = (await ledger.receiveAlert(alertOf('closed'), [match])).runs[0]!;
  await until(async () => (await ledger.run(workflowId))?.status === 'started');
  await house.temporal.workflow.getHandle(workflowId).terminate('somebody lost patience');
  const joined = await ledger.receiveAlert(alertOf('closed'), [match]);
  expect(joined.runs).toEqual([{ workflowId, effect: 'joined' }]);
  const stopSweeping = sweepClosedRuns({ ledger, temporal, runbooks: [], log, everyMs: 50, graceMs: 0 });
  try {
    await until(async () => (await ledger.run('service-sick/closed/2'))?.status === 'started');
    expect(await ledger.run(workflowId)).toMatchObject({ status: 'ended', outcome: 'terminated' });
    const [alert] = await ledger.alerts({ id: joined.alertId, limit: 1 });
    expect(alert?.runs).toEqual([
      { workflowId, effect: 'joined' },
      { workflowId: 'service-sick/closed/2', effect: 'new' },
    ]);
    expect(await ledger.signalsToDeliver(10)).toEqual([]);
  } finally {
    await stopSweeping();
    await dispatcher.stop();
  }
});

test('one that joined a run in the moment before its end, too; but not one that has ended, or whose run people ended', async () => {
  const { ledger } = house;
  const ends = { finished: 'completed', over: 'completed', cancelled: 'cancelled' } as const;
  for (const [service, outcome] of Object.entries(ends)) {
    const { workflowId } = (await ledger.receiveAlert(alertOf(service), [matchOf(service)])).runs[0]!;
    await ledger.runStarted(workflowId);
    const second = alertOf(service);
    await ledger.receiveAlert(second, [matchOf(service)]);
    if (service === 'over') await ledger.receiveAlert({ ...second, status: 'resolved' }, []);
    await ledger.sealRun({ workflowId, outcome, result: null, journal: [] });
  }
  const unknown = (await ledger.receiveAlert(anAlert(), [matchOf('gone', 'retired')])).runs[0]!.workflowId;
  await ledger.runStarted(unknown);
  await ledger.receiveAlert(anAlert(), [matchOf('gone', 'retired')]);
  await ledger.sealRun({ workflowId: unknown, outcome: 'completed', result: null, journal: [] });

  const dispatchers = [dispatch(), dispatch()];
  try {
    await until(async () => (await ledger.run('service-sick/finished/2'))?.status === 'started');
    await until(async () => (await ledger.signalsToDeliver(10)).length === 0);
    const open = (await ledger.runs({ limit: 100 })).filter((run) => run.status !== 'ended');
    const services = new Set(Object.keys(ends).concat('gone'));
    expect(open.map((run) => run.workflowId).filter((id) => services.has(id.split('/')[1]!))).toEqual([
      'service-sick/finished/2',
    ]);
  } finally {
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.stop()));
  }
});

test('one whose runbook cannot make an input of it any more is recorded as refused, and counted once', async () => {
  const { ledger } = house;
  const { workflowId } = (await ledger.receiveAlert(alertOf('nameless'), [matchOf('nameless')])).runs[0]!;
  await ledger.runStarted(workflowId);
  // The runbook wants two letters at least.
  const second = await ledger.receiveAlert(alertOf('x'), [matchOf('nameless')]);
  expect(second.runs).toEqual([{ workflowId, effect: 'joined' }]);
  await ledger.sealRun({ workflowId, outcome: 'completed', result: null, journal: [] });

  const metrics = createMetrics();
  const dispatchers = [dispatch(metrics), dispatch(metrics)];
  try {
    await until(async () => (await ledger.signalsToDeliver(10)).length === 0);
  } finally {
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.stop()));
  }
  const [alert] = await ledger.alerts({ id: second.alertId, limit: 1 });
  expect(alert?.refused).toEqual([
    { runbook: 'service-sick', message: expect.stringContaining('input.service') },
  ]);
  expect(await metrics.registry.metrics()).toContain(
    'nightshift_trigger_inputs_refused_total{runbook="service-sick"} 1\n',
  );
});
