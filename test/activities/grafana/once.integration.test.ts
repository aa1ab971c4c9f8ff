/** Promise 5 for annotations: through the real engine and ledger, with an answer that is lost. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createGrafanaSteps } from '../../../activities/grafana/steps.ts';
import { startEngine, type Engine } from '../../workflows/harness.ts';
import { until } from '../../setup/until.ts';
import { startStandIn, type StandIn } from '../json-stand-in.ts';

let server: StandIn;
let engine: Engine;
/** Nobody waits for the time that the attempt has to be over. */
let hurried: Promise<unknown> | undefined;
const kept: { readonly id: number; readonly tags: readonly string[] }[] = [];
beforeAll(async () => {
  server = await startStandIn(({ method, url, body }) => {
    if (method === 'GET')
      return { body: kept.filter(({ tags }) => tags.includes(url.searchParams.get('tags') ?? '')) };
    kept.push({ id: 16 + kept.length, tags: body['tags'] as string[] });
    hurried = engine.letDeadlinesPass();
    // Told below, where it is waited for.
    hurried.catch(() => undefined);
    return { hangUp: true };
  });
  engine = await startEngine({
    entry: new URL('./fixtures/annotates.ts', import.meta.url),
    steps: createGrafanaSteps({ url: server.url, token: () => 'glsa_1' }),
  });
});
afterAll(async () => {
  await engine.stop();
  await server.close();
});

test('an annotation that was added without an answer is found by its operation, and there once', async () => {
  const run = await engine.start('annotates');
  const end = run.end();
  await Promise.race([
    end,
    until(
      () => hurried !== undefined,
      () => 'no annotation was asked for',
    ),
  ]);
  await hurried;
  expect(await end).toEqual({ outcome: 'completed', result: 16 });
  expect(kept).toHaveLength(1);
  expect(await engine.ledger.intents(run.workflowId)).toMatchObject([
    { attempt: 1, result: { outcome: 'applied', settledBy: 'probe', output: { id: 16 } } },
  ]);
  expect(server.asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
});
