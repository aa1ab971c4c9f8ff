import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAuthenticate } from '../../gateway/authenticate.ts';
import { createApp } from '../../gateway/create-app.ts';
import { createLogger } from '../../gateway/log.ts';
import { createMetrics } from '../../gateway/metrics.ts';
import { serveDecide } from '../../gateway/routes/decide.ts';
import { createTakeAnswer } from '../../gateway/take-answer.ts';
import { createServe } from '../../gateway/serve.ts';
import type { Ledger } from '../../ledger/api.ts';
import { createLedger } from '../../ledger/create-ledger.ts';
import { generateKeyPair } from '../../ledger/keys.ts';
import { createLedgerDatabase, type LedgerDatabase } from '../../testing/time/ledger-database.ts';
import { questionHash } from '../../workflows/messages.ts';
import { aRun, inMinutes } from '../ledger/deployment.ts';
import { questionFor } from './question.ts';

let database: LedgerDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await createLedgerDatabase(process.env.TEST_DATABASE_URL!, 'test');
  ledger = await createLedger({ databaseUrl: database.url, deployment: 'test' });
});
afterAll(async () => {
  await ledger.close();
  await database.drop();
});

test('an answer is late by the ledger’s clock, whatever the gateway’s says', async () => {
  const metrics = createMetrics();
  const app = await createApp({ log: createLogger('silent'), metrics, requestsPerMinute: 100 });
  const authority = { people: { ana: { name: 'Ana', roles: ['payments-oncall'] } }, schedules: undefined };
  const takeAnswer = createTakeAnswer({
    ...{ ledger, authority, metrics, signer: { deployment: 'test', key: generateKeyPair() } },
    // Nothing takes what is recorded here: it is delivered later.
    dispatcher: { start() {}, wake() {}, stop: async () => {}, deliverNow: async () => 'later' },
  });
  serveDecide(createServe(app, createAuthenticate({ ledger, authority })), takeAnswer);
  const { secret } = await ledger.createToken({
    ...{ person: 'ana', scopes: ['decide'], expiresAt: inMinutes(600), by: 'test' },
  });
  const workflowId = await aRun(ledger);
  const question = questionFor({ deadline: inMinutes(10) });
  await ledger.openQuestion({ workflowId, runbook: 'restart-service', question });
  const answer = () =>
    app.inject({
      method: 'POST',
      url: `/api/questions/${encodeURIComponent(workflowId)}/q1/decisions`,
      headers: { authorization: `Bearer ${secret}` },
      payload: {
        ...{ answer: 'reject', reason: 'not now', planHash: 'plan-hash' },
        questionHash: questionHash(workflowId, question),
      },
    });
  await database.setAhead(60 * 60_000);
  expect((await answer()).json()).toMatchObject({ code: 'too-late' });
  await database.setAhead(0);
  expect((await answer()).statusCode).toBe(202);
  await app.close();
});
