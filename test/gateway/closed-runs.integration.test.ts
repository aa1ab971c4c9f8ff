/** A run that somebody terminates in Temporal cannot write its end: its record is sealed all the same. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sweepClosedRuns } from '../../gateway/closed-runs.ts';
import { createLogger } from '../../gateway/log.ts';
import { createTemporalClient } from '../../gateway/temporal-client.ts';
import { until } from '../setup/until.ts';
import { createHouse, type House } from './house.ts';
import { questionFor } from './question.ts';

let house: House;
beforeAll(async () => {
  house = await createHouse();
});
afterAll(() => house.close());

test('a terminated run is sealed as terminated, with the story it can still tell; its questions are closed', async () => {
  const gateway = await house.startGateway();
  await house.startWorker();
  const ana = await house.client(gateway, 'ana');
  const { workflowId } = await ana.startRun({ runbook: 'by-hand', input: { service: 'terminated' } });
  await until(async () => (await house.ledger.run(workflowId))?.status === 'started');
  const question = questionFor({});
  await house.ledger.openQuestion({ workflowId, runbook: 'by-hand', question });
  expect((await ana.history(workflowId)).history).toMatchObject({ events: expect.any(Array) });
  // Somebody else's workflow in the same namespace is nobody's to read here.
  const others = { workflowId: 'payroll/2026', taskQueue: 'nobody', args: [] };
  await house.temporal.workflow.start('payroll', others);
  await expect(ana.history(others.workflowId)).rejects.toMatchObject({ code: 'no-such-run' });
  await house.temporal.workflow.getHandle(workflowId).terminate('somebody lost patience');

  await until(async () => (await house.ledger.run(workflowId))?.status === 'ended');
  const run = await house.ledger.run(workflowId);
  expect(run).toMatchObject({ outcome: 'terminated', result: expect.stringMatching(/TERMINATED/) });
  await until(async () => (await house.ledger.question(workflowId, question.id))?.status === 'closed');
  expect((await house.ledger.question(workflowId, question.id))?.closedAs).toBe('withdrawn');
  // It would start the runs of the next test, and sweep them.
  await gateway.kill('SIGTERM');
});

const started = async (service: string) => {
  const { ledger, temporal } = house;
  const { workflowId } = await ledger.requestRun({
    runbook: 'by-hand',
    title: 'Started by people',
    input: { service },
    correlationKey: service,
    trigger: { kind: 'person', source: 'cli', authenticated: true, person: 'ana' },
    dryRun: false,
    requestId: `turn-${service}`,
  });
  // Nobody works here: what matters is that Temporal has it open.
  const handle = await temporal.workflow.start('by-hand', { workflowId, taskQueue: 'nobody', args: [] });
  await ledger.runStarted(workflowId);
  return { workflowId, handle };
};
const clientOf = (namespace: string) =>
  createTemporalClient({
    address: `127.0.0.1:${house.temporalServer.port}`,
    namespace,
    deployment: 'test',
    identity: 'test',
  });

test('many open runs take turns, so that each is looked at; one that was reset after its end is looked at again', async () => {
  const { ledger, temporal } = house;
  const runs = [];
  for (const service of ['e', 'd', 'c', 'b', 'a']) runs.push(await started(service));
  const [oldest, second] = runs as [(typeof runs)[number], (typeof runs)[number]];
  await oldest.handle.terminate('cut');

  const client = clientOf(temporal.options.namespace);
  const stop = sweepClosedRuns({
    runbooks: [],
    ...{ ledger, temporal: client, log: createLogger('silent') },
    ...{ everyMs: 50, atOnce: 2, graceMs: 0 },
  });
  try {
    await until(async () => (await ledger.run(oldest.workflowId))?.status === 'ended');
    // It ended in the ledger; then somebody reset it, it asked again, and it was cut.
    await ledger.sealRun({ workflowId: second.workflowId, outcome: 'completed', result: null, journal: [] });
    const question = questionFor({ openedAt: new Date(Date.now() + 1_000).toISOString() });
    await ledger.openQuestion({ workflowId: second.workflowId, runbook: 'by-hand', question });
    await second.handle.terminate('cut');
    await until(async () => (await ledger.run(second.workflowId))?.outcome === 'terminated');
    await until(
      async () => (await ledger.question(second.workflowId, question.id))?.closedAs === 'withdrawn',
    );
    for (const { workflowId } of runs.slice(2))
      expect(await ledger.run(workflowId)).toMatchObject({ status: 'started' });
  } finally {
    await stop();
    await client.close();
  }
});

test('a run that ends by itself while it is looked at keeps its own end, also when two gateways look', async () => {
  const { ledger, temporal } = house;
  const { workflowId, handle } = await started('ends');
  await handle.terminate('so that it looks closed');
  const client = clientOf(temporal.options.namespace);
  const own = { workflowId, outcome: 'completed', result: { fixed: true }, journal: [] } as const;
  const looking = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const stops = [1, 2].map(() =>
    sweepClosedRuns({
      runbooks: [],
      ...{ ledger, log: createLogger('silent'), everyMs: 50, graceMs: 0 },
      // The real answers, and time for the run to write its end between them.
      temporal: {
        ...client,
        state: async (...about) => {
          looking.resolve();
          await ended.promise;
          return client.state(...about);
        },
      },
    }),
  );
  await looking.promise;
  await ledger.sealRun(own);
  ended.resolve();
  await Promise.all(stops.map((stop) => stop()));
  expect(await ledger.run(workflowId)).toMatchObject({ outcome: 'completed', result: { fixed: true } });
  expect(await ledger.sealClosedRun({ ...own, outcome: 'terminated' })).toBe(false);
  await client.close();
});

test('a run that Temporal has no more is sealed after a second look; not when it is Temporal itself that is another', async () => {
  const { ledger, temporal } = house;
  const { workflowId, handle } = await started('deleted');
  await ledger.stopRun(workflowId, { by: 'ana', reason: 'it hangs' });
  await handle.terminate('to be deleted');
  const { namespace } = temporal.options;
  await temporal.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId } });
  const [client, elsewhere] = [clientOf(namespace), clientOf('another-namespace')];
  await until(async () => (await client.fate(workflowId)).is === 'unknown');
  await expect(elsewhere.fate(workflowId)).rejects.toThrow('Temporal has no namespace "another-namespace"');
  await expect(elsewhere.signal({ workflowId, id: 'signal-1', name: 'stop' })).rejects.toThrow(
    'Temporal has no namespace "another-namespace"',
  );

  const looks: string[] = [];
  const stop = sweepClosedRuns({
    runbooks: [],
    ...{ ledger, log: createLogger('silent'), everyMs: 50, unknownMs: 0 },
    temporal: {
      ...client,
      fate: async (id) => {
        if (id === workflowId) looks.push((await ledger.run(id))!.status);
        return client.fate(id);
      },
    },
  });
  try {
    await until(async () => (await ledger.run(workflowId))?.status === 'ended');
    expect(looks).toEqual(['started', 'started']);
    expect(await ledger.run(workflowId)).toMatchObject({
      outcome: 'terminated',
      result: expect.stringMatching(/^Temporal does not know this run any more/),
    });
  } finally {
    await stop();
    await Promise.all([client.close(), elsewhere.close()]);
  }
});
