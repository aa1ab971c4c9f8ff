/** Everything is killed at every point of a change; an observer that is none of ours counts what was done. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../../embedded/postgres.ts';
import { startTemporalServer } from '../../embedded/temporal-server.ts';
import { effectiveWrites, openAuditLog, type AuditLog } from '../../lab/audit-log.ts';
import { createApiFaultProxy, type ApiFaultProxy } from '../../lab/faults/api-fault-proxy.ts';
import { redirectKubeconfig } from '../../lab/faults/proxy-kubeconfig.ts';
import { readDetails } from '../../lab/index.ts';
import { readJournal } from '../../lab/node/journal.ts';
import { until } from '../setup/until.ts';
import { startStack, type Stack } from './stack.ts';

const MINUTES = 60_000;
const NODE = 'node-worker-2';
const PROGRAMS = {
  worker: new URL('./fixtures/worker-main.ts', import.meta.url),
  gateway: new URL('./fixtures/gateway-main.ts', import.meta.url),
};
const CORDON = { method: 'PATCH', path: new RegExp(`/api/v1/nodes/${NODE}(?!.*dryRun)`) };
const LOOK = { method: 'GET', path: new RegExp(`/api/v1/nodes/${NODE}`) };

let stack: Stack;
let proxy: ApiFaultProxy;
let audit: AuditLog;
let since: Date;
let kubeconfigs: string;

/** What the API server itself wrote down: changes of the node by nightshift that took effect, in order. */
const nodeWrites = () =>
  effectiveWrites(audit.requests(), { since, user: /nightshift-change/, resource: 'nodes', name: NODE }).map(
    (w) => JSON.stringify(w.sent),
  );
const isCordon = (sent: string) => /"unschedulable":true/.test(sent);
const cordons = () => nodeWrites().filter(isCordon).length;
const uncordons = () => nodeWrites().filter((w) => !isCordon(w)).length;

/** How often systemd started kube-proxy on the node since the test began. */
const restarts = async () =>
  (await readJournal({ stateDirectory: stack.lab.stateDirectory, node: NODE }, { since })).filter((e) =>
    /Started kube-proxy/.test(e.message),
  ).length;

async function begin(): Promise<string> {
  return (await stack.api.startRun({ runbook: 'restart-routing', input: { node: NODE }, dryRun: false }))
    .workflowId;
}

async function approveAll(run: string, ...titles: RegExp[]): Promise<void> {
  for (const title of titles) await stack.answer(await stack.question(run, title), 'approve');
}

/** The run ended well, each change was made once, nothing is left, and the record says so. */
async function endedRight(run: string): Promise<void> {
  expect(await stack.ended(run)).toEqual({ outcome: 'completed', result: { sync: 'pass' } });
  expect({ cordons: cordons(), uncordons: uncordons(), restarts: await restarts() }).toEqual({
    cordons: 1,
    uncordons: 1,
    restarts: 1,
  });
  expect(await stack.ledger.leftovers()).toEqual([]);
  await stack.verifiedRecord(run);
}

beforeAll(async () => {
  const lab = await readDetails(process.env['TEST_LAB'] ?? '');
  if (!lab) throw new Error('TEST_LAB names no lab: run this through the jest project "lab"');
  proxy = await createApiFaultProxy(lab);
  kubeconfigs = await mkdtemp(join(tmpdir(), 'nightshift-e2e-kube-'));
});
afterAll(async () => {
  await proxy.close();
  await rm(kubeconfigs, { recursive: true, force: true });
});

async function stackWith(servers?: { databaseUrl: string; temporalAddress: string }): Promise<Stack> {
  const lab = await readDetails(process.env['TEST_LAB']!);
  const changeKubeconfig = await redirectKubeconfig(lab!.kubeconfigs.change, {
    file: join(kubeconfigs, 'change.yaml'),
    server: proxy.url,
  });
  const made = await startStack({ programs: PROGRAMS, changeKubeconfig, ...(servers && { servers }) });
  await made.start('gateway');
  await made.start('worker');
  return made;
}

beforeEach(() => {
  since = new Date();
});
afterEach(() => proxy.clear());

describe('the worker', () => {
  beforeAll(async () => {
    stack = await stackWith();
    audit = openAuditLog(stack.lab.auditLog);
  }, 5 * MINUTES);
  afterAll(() => stack.stop());

  test(
    'is killed while it waits for an approval, and while it waits for the sync',
    async () => {
      const run = await begin();
      const question = await stack.question(run, /^Cordon/);
      await stack.kill('worker');
      await stack.start('worker');
      await stack.answer(question, 'approve');
      await approveAll(run, /^Restart/);
      await until(async () => {
        const { state } = await stack.api.run(run);
        return (
          state?.journal.some((e) => e.name === 'hosts.waitForKubeProxySync' && e.status === 'running') ||
          (await stack.ledger.run(run))?.status === 'ended'
        );
      });
      await stack.kill('worker');
      await stack.start('worker');
      await endedRight(run);
    },
    10 * MINUTES,
  );

  test(
    'is killed between intent and write: the run holds, and a person lets it try again',
    async () => {
      const run = await begin();
      const question = await stack.question(run, /^Cordon/);
      const held = proxy.holdRequest(CORDON);
      await stack.answer(question, 'approve');
      await held.arrived;
      await stack.kill('worker');
      held.drop();
      await stack.start('worker');
      const hold = await stack.question(run, /what now/);
      expect(hold.question.body).toMatch(/was not done/);
      expect(cordons()).toBe(0);
      await stack.answer(hold, 'retry');
      await approveAll(run, /^Restart/);
      await endedRight(run);
    },
    10 * MINUTES,
  );

  test(
    'is killed between write and result: it is found done, and not done again',
    async () => {
      const run = await begin();
      const question = await stack.question(run, /^Cordon/);
      const held = proxy.holdResponse(CORDON);
      await stack.answer(question, 'approve');
      await held.arrived;
      await stack.kill('worker');
      held.drop();
      await stack.start('worker');
      await approveAll(run, /^Restart/);
      await endedRight(run);
    },
    10 * MINUTES,
  );

  test(
    'is stopped between intent and write, and wakes after another settled its attempt: the late write does not land',
    async () => {
      const run = await begin();
      const question = await stack.question(run, /^Cordon/);
      const held = proxy.holdRequest(LOOK);
      await stack.answer(question, 'approve');
      await held.arrived;
      stack.signal('worker', 'SIGSTOP');
      const asleep = (await stack.start('worker')) - 1;
      const hold = await stack.question(run, /what now/);
      stack.signal('worker', 'SIGCONT', asleep);
      held.release();
      await stack.kill('gateway');
      await stack.start('gateway');
      expect(cordons()).toBe(0);
      await stack.answer(hold, 'retry');
      await approveAll(run, /^Restart/);
      await endedRight(run);
      expect(
        (await stack.ledger.intents(run))
          .filter((i) => i.step === 'kubernetes.cordonNode')
          .map((i) => i.result?.outcome),
      ).toEqual(['not-applied', 'applied']);
    },
    10 * MINUTES,
  );
});

test(
  'PostgreSQL and the Temporal server are killed while a question is open and while a change is under way',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nightshift-e2e-servers-'));
    let postgres = await startPostgres({ folder: join(folder, 'postgres') });
    let temporal = await startTemporalServer({ folder: join(folder, 'temporal') });
    const { port } = postgres;
    const temporalPort = Number(temporal.address.split(':').at(-1));
    const die = async (server: { process: { pid: number; exited: Promise<unknown> } }) => {
      process.kill(server.process.pid, 'SIGKILL');
      await server.process.exited;
    };
    const bothDieAndComeBack = async () => {
      await Promise.all([die(postgres), die(temporal)]);
      postgres = await startPostgres({ folder: join(folder, 'postgres'), port });
      temporal = await startTemporalServer({ folder: join(folder, 'temporal'), port: temporalPort });
    };
    stack = await stackWith({ databaseUrl: postgres.url, temporalAddress: temporal.address });
    audit = openAuditLog(stack.lab.auditLog);
    try {
      const run = await begin();
      const question = await stack.question(run, /^Cordon/);
      await bothDieAndComeBack();
      const held = proxy.holdResponse(CORDON);
      let arrived = false;
      void held.arrived.then(() => (arrived = true));
      // An answer that was taken may be the one whose receipt was lost.
      await until(
        () =>
          arrived ||
          stack.answer(question, 'approve').then(
            () => true,
            () => false,
          ),
        () => 'the gateway did not come back',
      );
      await held.arrived;
      await bothDieAndComeBack();
      held.release();
      await approveAll(run, /^Restart/);
      await endedRight(run);
    } finally {
      await stack.stop();
      await temporal.stop();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
  15 * MINUTES,
);
