/**
 * What a worker is given to reach other systems is found in no table, history, result, question or report, also where
 * those systems refuse it and say back all that they were sent.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../config/index.ts';
import { configuredSteps } from '../../worker/steps.ts';
import { startEcho, type Echo } from '../canary/echo.ts';
import { foundIn, historiesOf, tablesOf } from '../canary/stores.ts';
import { startEngine, type Engine } from '../workflows/harness.ts';

/** Every secret begins with it. */
const SONG = 'qzcanaryqz';

let engine: Engine;
let echo: Echo;
let folder: string;
const planted = new Map<string, string>();

/** By file and environment in turn. */
async function plant(place: string, made: (secret: string) => string = (secret) => secret): Promise<object> {
  const secret = made(`${SONG}${randomBytes(16).toString('hex')}`);
  planted.set(place, secret);
  const file = join(folder, place);
  await writeFile(file, secret, { mode: 0o600 });
  const variable = `TEST_WORKER_CANARY_${planted.size}`;
  process.env[variable] = secret;
  return planted.size % 2 === 0 ? { file } : { env: variable };
}

beforeAll(async () => {
  [folder, echo] = await Promise.all([mkdtemp(join(tmpdir(), 'nightshift-canary-')), startEcho()]);
  const hook = (secret: string) => `${echo.url}/hooks/${secret}`;
  const config = parseConfig({
    ...{ deployment: 'test', stateDir: folder, database: { url: await plant('database') } },
    prometheus: { url: echo.url, token: await plant('prometheus') },
    loki: { url: echo.url, token: await plant('loki') },
    traces: { kind: 'jaeger', url: echo.url, token: await plant('jaeger') },
    pagerduty: { api: echo.url, token: await plant('pagerduty') },
    tickets: {
      webhook: { url: await plant('hook', hook), secret: await plant('hook-secret') },
      github: { repository: 'example/incidents', token: await plant('github'), api: echo.url },
      jira: { url: echo.url, project: 'OPS', user: 'n@example.com', token: await plant('jira') },
    },
  });
  const entry = new URL('../canary/entry.ts', import.meta.url);
  engine = await startEngine({ entry, steps: configuredSteps(config).steps });
});
afterAll(async () => {
  await engine.stop();
  echo.server.closeAllConnections();
  echo.server.close();
  await rm(folder, { recursive: true });
});

test('none of them is found anywhere, although every system was asked with its own', async () => {
  const run = await engine.start('asks-everybody');
  const hold = await run.question((q) => q.kind === 'hold');
  const state = await run.state();
  const sent = JSON.stringify(echo.heard);
  for (const place of ['prometheus', 'loki', 'jaeger', 'pagerduty', 'github'])
    expect(sent).toContain(planted.get(place)!);
  await run.decide(hold, { answer: 'abort' });
  const end = await run.end();
  await engine.ledger.seal();
  const places = {
    tables: await tablesOf(engine.databaseUrl),
    histories: await historiesOf(engine.client),
    question: JSON.stringify(hold),
    state: JSON.stringify(state),
    end: JSON.stringify(end),
    record: JSON.stringify(await engine.ledger.exportRecord(run.workflowId)),
  };
  expect(foundIn(planted, places)).toEqual([]);
  // Nor the beginning of one, which a text that was cut may end with.
  expect(Object.entries(places).filter(([, text]) => text.includes(SONG))).toEqual([]);
}, 300_000);
