/** What deploying would break is said before, by the command line of a checkout, through the gateway alone. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { fileURLToPath } from 'node:url';
import type { DeployCheck } from '../../../cli/deploy/check-deploy.ts';
import type { VersionView } from '../../../gateway/api/deploy.ts';
import { until } from '../../setup/until.ts';
import catalogue from '../../worker/fixtures/catalogue-a.ts';
import { WORKFLOW_TASK_QUEUE } from '../../../workflows/messages.ts';
import { createVersionHouse, type VersionHouse } from '../../worker/house.ts';
import { nightshift } from '../command-line.ts';

let house: VersionHouse;
let version: string;
let parked: string;
let ended: string;
beforeAll(async () => {
  house = await createVersionHouse(catalogue);
  ({ bundle: version } = await house.worker('a'));
  parked = (await house.api.startRun({ runbook: 'parked', input: { name: 'one' } })).workflowId;
  await house.question(parked, 'The only question');
  ended = (await house.api.startRun({ runbook: 'parked', input: { name: 'two' } })).workflowId;
  await house.answer(await house.question(ended, 'The only question'), 'on');
  expect(await house.result(ended)).toEqual(['completed', 'A']);
  await until(
    async () => {
      const [one] = await versions();
      return one?.openRuns === 1 && one.hosted && one.status === 'current';
    },
    async () => JSON.stringify([await versions(), await house.api.openRuns()]),
  );
});
afterAll(() => house.close());

const versions = async (): Promise<readonly VersionView[]> => {
  const { out } = await nightshift(['deploy', 'ls', '-o', 'json'], { env: house.env });
  return (JSON.parse(out) as { versions: VersionView[] }).versions;
};
const check = (runbooks: 'a' | 'b', ...options: string[]) => {
  const program = fileURLToPath(new URL(`../../worker/fixtures/check-${runbooks}.ts`, import.meta.url));
  return nightshift(['deploy', 'check', '--program', program, ...options], { env: house.env });
};

test('the versions are listed with what needs them', async () => {
  expect(await versions()).toMatchObject([{ version, status: 'current', openRuns: 1, hosted: true }]);
  expect((await nightshift(['deploy', 'ls'], { env: house.env })).out).toContain(version);
});

test('the runbooks that run already break nothing, of what is open and of what has ended', async () => {
  const { code, out, err } = await check('a');
  expect(err).toBe('');
  expect(out).toContain(`Version ${version}, with 1 open and 1 ended runs told again`);
  expect(out).toMatch(/Nothing breaks/);
  expect(code).toBe(0);
});

test('a changed runbook: which run, at which event; a changed step: which field, and whose runs', async () => {
  const { code, out, err } = await check('b', '--strict', '-o', 'json');
  expect(err).toMatch(/deploying this would break runs/);
  expect(code).toBe(8);
  const found = JSON.parse(out) as DeployCheck;
  expect(found.version).not.toBe(version);
  expect(found.replayed).toEqual({ open: 1, ended: 1 });
  expect(found.replays).toMatchObject([
    { workflowId: parked, type: 'parked', state: 'open', pinned: true },
    { workflowId: ended, type: 'parked', state: 'ended', pinned: true },
  ]);
  for (const { event, at } of found.replays) {
    expect(event).toBeGreaterThan(3);
    expect(at).toBe('the step nightshift.remind');
  }
  const changed = { version, step: 'kubernetes.uncordonNode', runs: [parked] };
  for (const what of ['nodeName is required, and may be missing', 'node is not known, and would be ignored'])
    expect(found.contracts).toContainEqual({ ...changed, what: `input: ${what}` });
});

test('a workflow that the ledger does not know is named, and counted as not looked at', async () => {
  const connection = await Connection.connect({ address: process.env['TEST_TEMPORAL_ADDRESS']! });
  const { workflow } = new Client({ connection, namespace: house.namespace });
  const stranger = await workflow.start('reminder', {
    ...{ workflowId: 'stranger', taskQueue: WORKFLOW_TASK_QUEUE, startDelay: '1 day' },
  });
  await until(async () => (await house.api.openRuns()).runs.some((r) => r.workflowId === 'stranger'));
  const { code, out } = await check('a', '-o', 'json');
  expect(JSON.parse(out)).toMatchObject({
    replayed: { open: 1, ended: 1 },
    unseen: [{ workflowId: 'stranger', type: 'reminder', moves: false }],
  });
  expect(code).toBe(0);
  await stranger.terminate();
  await connection.close();
});
