/** Against a real Alertmanager: its API, and promise 5 for silences through engine and ledger. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { alertmanager } from '../../../activities/alertmanager/contract.ts';
import { createAlertmanagerSteps } from '../../../activities/alertmanager/steps.ts';
import type {
  ApplyContext,
  ImplementedChange,
  ImplementedRead,
  PlanContext,
} from '../../../activities/kit/index.ts';
import type { Leftover } from '../../../ledger/api.ts';
import { startEngine, type Engine, type Run } from '../../workflows/harness.ts';
import { startAlertmanager, type RunningAlertmanager } from './start-alertmanager.ts';

let real: RunningAlertmanager;
beforeAll(async () => {
  real = await startAlertmanager();
});
afterAll(() => real.stop());

const RUN = 'lab/silences/1/';
const contextOf = (run: string, plan = 1): PlanContext & ApplyContext => ({
  ...{ signal: new AbortController().signal, heartbeat: () => undefined },
  ...{ deadline: new Date(Date.now() + 600_000), run, earlier: [], operation: `${run}${plan}/change-0` },
  ...{ attempt: 1, keep: async () => undefined, reason: 'Work on worker-1' },
});
const context = contextOf(RUN);
const step = (name: string) =>
  createAlertmanagerSteps({ url: real.url }).find(
    ({ contract }) => contract.name === `alertmanager.${name}`,
  ) as ImplementedChange;
const silence = () => step('silence').implementation;
const unsilence = () => step('unsilence').implementation;
const silenceInput = (alertname: string, more: object = {}) =>
  alertmanager.silence.contract.input.parse({ labels: { alertname }, for: '1h', ...more });
const unsilenceInput = (alertname: string, more: object = {}) =>
  alertmanager.unsilence.contract.input.parse({ labels: { alertname }, ...more });
const statesOf = async (comment: string) =>
  (await real.silences()).filter((one) => one.comment.includes(comment)).map(({ status }) => status.state);

describe('a silence', () => {
  test('shows what it silences, is made once, found by its operation, and ended', async () => {
    const labels = { alertname: 'PodsCrash', pod: 'web-\\1"' };
    await real.post('alerts', [{ labels }, { labels: { alertname: 'PodsCrash', pod: 'db-1' } }]);
    const input = silenceInput('PodsCrash', { matching: { pod: 'web-\\\\.*' } });
    expect(await silence().plan(input, context)).toMatchObject({
      diff: [{ path: 'silence', before: null, after: 'alertname="PodsCrash", pod=~"web-\\\\\\\\.*" for 1h' }],
      warnings: ['silences what fires now: PodsCrash (1)'],
    });
    expect(await silence().probe(input, {}, context)).toEqual({ state: 'not-applied' });
    const { outcome, output } = await silence().apply(input, {}, context);
    expect(outcome).toBe('applied');
    expect(await silence().probe(input, {}, context)).toEqual({ state: 'applied', output });
    expect(await silence().apply(input, {}, { ...context, attempt: 2 })).toEqual({
      ...{ outcome: 'already-satisfied', output },
    });
    expect(await real.silences()).toMatchObject([
      { comment: `Work on worker-1 [nightshift ${RUN}1/change-0]`, createdBy: 'nightshift' },
    ]);

    const undo = silence().undo!({}, { input, operation: context.operation })!;
    const undoInput = undo.change.input;
    expect(await unsilence().apply(undoInput, undo.preconditions, contextOf(RUN, 2))).toEqual({
      ...{ outcome: 'applied', output: { ended: [(output as { id: string }).id] } },
    });
    expect(await statesOf(RUN)).toEqual(['expired']);
    expect(await unsilence().apply(undoInput, undo.preconditions, contextOf(RUN, 2))).toEqual({
      ...{ outcome: 'already-satisfied', output: { ended: [] } },
    });
    expect(await silence().probe(input, {}, context)).toMatchObject({ state: 'applied' });
  });

  test('that nothing fires for is said, and so is an expression that is none', async () => {
    expect(await silence().plan(silenceInput('Nothing'), context)).toMatchObject({
      warnings: ['no alert fires now that it would silence'],
    });
    const wrong = silenceInput('Nothing', { matching: { pod: '(' } });
    await expect(silence().plan(wrong, context)).rejects.toMatchObject({
      ...{ kind: 'invalid', message: expect.stringContaining('missing closing )') },
    });
  });
});

describe('ending a silence', () => {
  test('leaves those of other runs and of people', async () => {
    const others = contextOf('lab/silences/other/');
    await silence().apply(silenceInput('Shared'), {}, others);
    await real.post('silences', {
      matchers: [{ name: 'alertname', value: 'Shared', isRegex: false, isEqual: true }],
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      ...{ createdBy: 'ana', comment: 'Shared by hand' },
    });
    expect(await unsilence().plan(unsilenceInput('Shared'), context)).toMatchObject({
      ...{ diff: [], preconditions: { silencedBy: [] } },
      warnings: ['no silence of this run is in place for them: nothing changes'],
    });
    const ours = contextOf(RUN, 2);
    await silence().apply(silenceInput('Shared'), {}, ours);
    await silence().apply(silenceInput('Shared', { matching: { pod: 'a.*' } }), {}, contextOf(RUN, 3));
    const planned = await unsilence().plan(unsilenceInput('Shared'), context);
    expect(planned.preconditions).toEqual({ silencedBy: [ours.operation] });
    const { preconditions } = planned;
    expect(await unsilence().probe(unsilenceInput('Shared'), preconditions, context)).toEqual({
      state: 'not-applied',
    });
    await unsilence().apply(unsilenceInput('Shared'), preconditions, context);
    expect(await statesOf('lab/silences/other/')).toEqual(['active']);
    expect(await statesOf('by hand')).toEqual(['active']);
    expect(await statesOf(`${RUN}3/`)).toEqual(['active']);
    expect(await unsilence().probe(unsilenceInput('Shared'), preconditions, context)).toEqual({
      ...{ state: 'applied', output: { ended: [] } },
    });
  });

  test('that an earlier run left behind is foreseen as its own', async () => {
    const left = contextOf('lab/silences/left/');
    await silence().apply(silenceInput('Left'), {}, left);
    const foreseen = { silencedBy: [left.operation] };
    expect(await unsilence().plan(unsilenceInput('Left'), { ...context, foreseen })).toMatchObject({
      preconditions: foreseen,
    });
  });
});

test('an Alertmanager without peers is ready', async () => {
  const ready = createAlertmanagerSteps({ url: real.url }).at(-1) as ImplementedRead;
  expect(await ready.run({}, context)).toMatchObject({ verdict: 'pass' });
});

describe('through engine and ledger', () => {
  let proxy: Server;
  let engine: Engine;
  let posted = 0;
  let losesAnswers = false;
  beforeAll(async () => {
    proxy = createServer((request, response) => {
      void (async () => {
        const body = await text(request);
        const answer = await fetch(`${real.url}${request.url!}`, {
          ...{ method: request.method!, headers: { 'content-type': 'application/json' } },
          ...(body && { body }),
        });
        const said = await answer.text();
        if (request.method !== 'POST' || !losesAnswers) return response.writeHead(answer.status).end(said);
        posted += 1;
        // Nobody waits for the time that the attempt has to be over.
        await engine.letDeadlinesPass();
        return request.socket.destroy();
      })().catch((error: Error) => response.destroy(error));
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    engine = await startEngine({
      entry: new URL('./fixtures/silences.ts', import.meta.url),
      steps: createAlertmanagerSteps({
        url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      }),
    });
  });
  afterAll(async () => {
    await engine.stop();
    proxy.closeAllConnections();
    proxy.close();
  });
  const leftBy = async (run: Run) =>
    (await engine.ledger.leftovers()).filter((l) => l.workflowId === run.workflowId);

  test('a silence whose answer is lost is there once, and ends with the run', async () => {
    losesAnswers = true;
    const run = await engine.start('silences');
    await run.decide(await run.question(), { answer: 'approve' });
    expect(await run.end()).toMatchObject({ outcome: 'completed', result: expect.any(String) });
    expect(posted).toBe(1);
    expect(await statesOf(run.workflowId)).toEqual(['expired']);
    expect(await engine.ledger.intents(run.workflowId)).toMatchObject([
      { attempt: 1, result: { outcome: 'applied', settledBy: 'probe' } },
      { attempt: 1, result: { outcome: 'applied' } },
    ]);
    expect(await leftBy(run)).toEqual([]);
    await engine.ledger.seal();
    const record = JSON.stringify(await engine.ledger.exportRecord(run.workflowId));
    expect(record).toMatch(/leftover\\?"/);
    expect(record).toMatch(/leftover-cleared/);
  });

  test('one without a put-back is listed as left until its own end', async () => {
    losesAnswers = false;
    const run = await engine.start('silences-and-leaves');
    await run.decide(await run.question(), { answer: 'approve' });
    expect(await run.end()).toMatchObject({ outcome: 'completed' });
    expect(await statesOf(run.workflowId)).toEqual(['active']);
    const left = await leftBy(run);
    expect(left).toMatchObject([
      {
        what: 'Silence alertname="NodeDown", node="worker-1" for 2h',
        undo: { step: 'alertmanager.unsilence', preconditions: { silencedBy: [expect.any(String)] } },
      },
    ]);
    const [{ since, expiresAt }] = left as [Leftover];
    const hours = (Date.parse(expiresAt) - Date.parse(since)) / 3_600_000;
    expect(Math.round(hours)).toBe(2);
  });
});
