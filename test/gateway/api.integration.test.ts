/** The API through its own client: tokens, runs, the live view, the stop button. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiError, createApiClient, type ApiClient, type WatchedEvent } from '../../gateway/api-client.ts';
import type { Scope } from '../../gateway/api/endpoint.ts';
import { freePort } from '../../embedded/ports.ts';
import type { RunState } from '../../workflows/messages.ts';
import { nightshift } from '../cli/command-line.ts';
import { deliverAlertmanager, json } from './deliveries.ts';
import { until } from '../setup/until.ts';
import { createHouse, type House, type Process } from './house.ts';
import { questionFor } from './question.ts';

let house: House;
let gateway: Process;
let worker: Process;
let ana: ApiClient;
beforeAll(async () => {
  house = await createHouse();
  [gateway, worker] = await Promise.all([house.startGateway(), house.startWorker()]);
  ana = await house.client(gateway, 'ana');
});
afterAll(() => house.close());

const problem = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no problem',
    (error: unknown) => (error instanceof ApiError ? [error.status, error.code] : error),
  );
const newService = () => `s-${crypto.randomUUID()}`;
/** What the run says of itself. It is given two seconds: on a busy machine it is silent now and then. */
const stateOf = (workflowId: string, has: (state: RunState) => boolean = () => true) =>
  until(
    async () => {
      const shown = await ana.run(workflowId);
      return shown.state && has(shown.state) ? { ...shown, state: shown.state } : undefined;
    },
    async () => JSON.stringify(await ana.run(workflowId)),
  );
const startRun = async () => {
  const { workflowId } = await ana.startRun({ runbook: 'by-hand', input: { service: newService() } });
  await until(async () => (await house.ledger.run(workflowId))?.status === 'started');
  return workflowId;
};

test('the catalogue says what starts a runbook and what it takes', async () => {
  const { runbooks } = await ana.runbooks();
  expect(runbooks.map((r) => r.id)).toEqual(['service-sick', 'by-hand', 'once-a-year']);
  expect(runbooks[0]).toMatchObject({
    triggers: [{ alertname: 'ServiceSick', labels: {} }],
    onRepeat: 'join',
    inputSchema: { type: 'object', required: ['service'] },
  });
});

test('a run that a person asks for; the same request twice is one run', async () => {
  const service = newService();
  const request = { runbook: 'by-hand', input: { service }, requestId: 'request-0001', dryRun: true };
  const [run, again] = [await ana.startRun(request), await ana.startRun(request)];
  expect(again.workflowId).toBe(run.workflowId);
  expect(run).toMatchObject({
    workflowId: `by-hand/${service}/1`,
    trigger: { kind: 'person', person: 'ana', authenticated: true },
    dryRun: true,
  });
  const shown = await stateOf(run.workflowId);
  expect(shown).toMatchObject({ run: { status: 'started' }, state: { doing: 'waiting for an answer' } });
  expect((await ana.runs({ runbook: 'by-hand' })).runs.map((r) => r.workflowId)).toContain(run.workflowId);
});

test('what was kept of a run is listed, fetched as a file that no browser runs, and checked by its hash', async () => {
  const workflowId = await startRun();
  expect(await ana.artefacts(workflowId)).toEqual({ artefacts: [] });
  const content = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
  const artefact = { workflowId, name: 'cpu.svg', mediaType: 'image/svg+xml' as const, content };
  const { sha256 } = await house.ledger.keepArtefact(artefact);
  expect(await ana.artefacts(workflowId)).toMatchObject({
    artefacts: [{ name: 'cpu.svg', sha256, bytes: content.length }],
  });

  const path = `${gateway.url}/api/runs/${encodeURIComponent(workflowId)}/artefacts/${sha256}`;
  const token = await house.token('ana', ['read']);
  const { status, headers } = await fetch(path, { headers: { authorization: `Bearer ${token}` } });
  expect({ status, ...Object.fromEntries(headers) }).toMatchObject({
    status: 200,
    'content-type': 'image/svg+xml; charset=utf-8',
    'content-disposition': 'attachment; filename="cpu.svg"',
    'content-security-policy': expect.stringMatching(/default-src 'none'.*sandbox/),
    'x-content-type-options': 'nosniff',
  });
  expect((await fetch(path)).status).toBe(401);
  expect(await problem(ana.artefact(await startRun(), sha256))).toEqual([404, 'not-found']);

  const to = join(house.folder, 'cpu.svg');
  const get = () =>
    nightshift(['artefact', 'get', workflowId, 'cpu.svg', '--to', to], {
      env: { NIGHTSHIFT_URL: gateway.url, NIGHTSHIFT_TOKEN: token },
    });
  expect(await get()).toMatchObject({ code: 0, out: expect.stringContaining(sha256) });
  expect(await readFile(to)).toEqual(content);
  expect(await get()).toMatchObject({ code: 2, err: expect.stringMatching(/there already/) });
});

test('a wrong input is refused with the path of the field, before anything is written', async () => {
  const before = (await ana.runs({ limit: 500 })).runs.length;
  const wrong = ana.startRun({ runbook: 'by-hand', input: { service: 'x', node: 7 } });
  await expect(wrong).rejects.toMatchObject({ status: 400, code: 'bad-input' });
  await expect(wrong).rejects.toMatchObject({
    fields: [{ field: 'input.service' }, { field: 'input.node' }],
  });
  expect(await problem(ana.startRun({ runbook: 'none', input: {} }))).toEqual([404, 'no-such-runbook']);
  expect(await problem(ana.startRun({ runbook: 'by-hand', input: { service: 'nul\u0000' } }))).toEqual([
    400,
    'bad-request',
  ]);
  expect((await ana.runs({ limit: 500 })).runs).toHaveLength(before);
});

test('whoever has no token, a dead one, or one without the scope gets nothing', async () => {
  const soon = new Date(Date.now() + 1_000).toISOString();
  const [expiring, reader] = [await house.token('ana', ['read'], soon), await house.token('ana', ['read'])];
  const { token, secret } = await ana.createToken({
    person: 'bo',
    scopes: ['read'],
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  });
  const as = (bearer: string) => createApiClient({ url: gateway.url, token: bearer });
  expect((await as(secret).whoAmI()).person).toBe('bo');
  expect(token.createdBy).toMatch(/^ana \(token-\w+\)$/);
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const nobody = ana.createToken({ person: 'annna', scopes: ['read', 'decide'], expiresAt: later });
  await expect(nobody).rejects.toThrow(
    'body.person: the configuration has no "annna", and the scope decide is for its people: ana, bo, cy',
  );
  await ana.revokeToken(token.id);
  await until(() => Date.now() > Date.parse(soon));
  expect(await problem(as(secret).whoAmI())).toEqual([401, 'bad-token']);
  expect(await problem(as(expiring).runs())).toEqual([401, 'bad-token']);
  expect(await problem(as('ns_guessed').runs())).toEqual([401, 'bad-token']);
  expect(await problem(as(reader).startRun({ runbook: 'by-hand', input: { service: 'sss' } }))).toEqual([
    403,
    'missing-scope',
  ]);
  expect(await problem(as(reader).tokens())).toEqual([403, 'missing-scope']);
  const bare = await fetch(`${gateway.url}/api/runs`);
  expect([bare.status, bare.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="nightshift"']);
  const listed = JSON.stringify(await ana.tokens());
  expect(listed).toContain(token.id);
  expect(listed).not.toContain(secret);
});

test('how far the record is behind is a figure to watch, and a word of readiness', async () => {
  // Nobody seals here: no worker runs.
  await ana.startRun({ runbook: 'by-hand', input: { service: 'unsealed' } });
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(Number(/^nightshift_record_unsealed_seconds (\S+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0);
  expect(metrics).toMatch(/^nightshift_record_unwitnessed_seconds 0$/m);
  const ready = (await (await fetch(`${gateway.url}/readyz`)).json()) as { record: string };
  expect(ready.record).toMatch(/^ok$|to be sealed/);
});

test('another system starts a run with a token for that alone; the same request again is the same run', async () => {
  const system = createApiClient({ url: gateway.url, token: await house.token('deploys', ['run']) });
  const request = { runbook: 'by-hand', input: { service: 'elsewhere' }, requestId: 'rollout-4711' };
  const started = await system.startRun(request);
  expect(started.trigger).toMatchObject({ kind: 'person', person: 'deploys', authenticated: true });
  expect((await system.startRun(request)).workflowId).toBe(started.workflowId);
  expect(await problem(system.runs())).toEqual([403, 'missing-scope']);
  expect(await problem(system.startRun({ ...request, input: {}, requestId: 'rollout-4712' }))).toEqual([
    400,
    'bad-input',
  ]);
});

test('every endpoint of the API refuses a request without a token', async () => {
  const document = await json<{ paths: Record<string, object> }>(await fetch(`${gateway.url}/openapi.json`));
  const endpoints = Object.entries(document.paths)
    .filter(([path]) => path.startsWith('/api/'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => [method, path] as const));
  expect(endpoints.length).toBeGreaterThan(15);
  for (const [method, path] of endpoints) {
    const url = `${gateway.url}${path.replace(/\{\w+\}/g, 'x')}`;
    const response = await fetch(url, { method: method.toUpperCase() });
    expect([method, path, response.status]).toEqual([method, path, 401]);
  }
});

test('a watched run: what it is told shows, one poller serves two watchers, the end ends the stream', async () => {
  const workflowId = await startRun();
  const follow = async (seen: WatchedEvent[]) => {
    for await (const event of ana.watch(workflowId)) seen.push(event);
  };
  const [one, two]: [WatchedEvent[], WatchedEvent[]] = [[], []];
  const both = Promise.all([follow(one), follow(two)]);
  await until(() => one.length > 0 && two.length > 0);
  await house.ledger.openQuestion({ workflowId, runbook: 'by-hand', question: questionFor({}) });
  const { questionHash } = await ana.question(workflowId, 'q1');
  await ana.decide(workflowId, 'q1', { answer: 'approve', reason: '', questionHash, planHash: 'plan-hash' });
  await both;
  for (const seen of [one, two]) {
    const last = seen.at(-1);
    expect(last).toMatchObject({ kind: 'end', detail: { state: { outcome: 'completed' } } });
    expect(JSON.stringify(seen)).toContain('ana: approve');
  }
});

test('a watcher outlives the gateway, and is told', async () => {
  const port = await freePort();
  const first = await house.startGateway({ gateway: { port } });
  const workflowId = await startRun();
  const watcher = await house.client(first, 'ana');
  const stop = new AbortController();
  const seen: WatchedEvent[] = [];
  const following = (async () => {
    for await (const event of watcher.watch(workflowId, stop.signal)) seen.push(event);
  })();
  await until(() => seen.some((e) => e.kind === 'state'));
  expect(await first.kill('SIGTERM')).toBe(0);
  await until(() => seen.some((e) => e.kind === 'reconnecting'));
  await house.startGateway({ gateway: { port } });
  await until(() => seen.at(-1)?.kind === 'state');
  stop.abort();
  await following.catch(() => undefined);
});

test('a run that repeats joins: the run hears of it', async () => {
  const service = newService();
  const deliver = (startsAt: string) => deliverAlertmanager(gateway.url, { service, startsAt });
  await deliver('2026-11-21T02:00:00Z');
  await deliver('2026-11-21T02:10:00Z');
  const workflowId = `service-sick/${service}/1`;
  const { state } = await stateOf(workflowId, ({ journal }) => journal.length > 0);
  expect(state.journal.map((e) => [e.kind, e.name])).toEqual([['alert', 'repeated']]);
});

test('without a worker a run is shown as the ledger knows it, and that is said', async () => {
  const workflowId = await startRun();
  await house.ledger.openQuestion({ workflowId, runbook: 'by-hand', question: questionFor({}) });
  await worker.kill('SIGKILL');
  const shown = await ana.run(workflowId);
  expect(shown.state).toBeUndefined();
  expect(shown.note).toContain('no worker answered');
  expect(shown.questions.map((q) => q.question.title)).toEqual(['Restart it']);
  worker = await house.startWorker();
  await stateOf(workflowId);
});

test('cancelling asks the run to end, with who and why; what is over or unknown says so', async () => {
  const workflowId = await startRun();
  await ana.cancelRun(workflowId, 'wrong service');
  const handle = house.temporal.workflow.getHandle(workflowId);
  await until(async () => (await handle.describe()).status.name === 'CANCELLED');
  expect(JSON.stringify(await handle.fetchHistory())).toContain('ana: wrong service');
  await house.ledger.seal();
  expect(JSON.stringify(await ana.record(workflowId))).toContain('wrong service');
  await house.ledger.sealRun({ workflowId, outcome: 'cancelled', result: null, journal: [] });
  expect(await problem(ana.cancelRun(workflowId, 'again'))).toEqual([409, 'run-is-over']);
  expect(await problem(ana.cancelRun('no/such/1', 'x'))).toEqual([404, 'no-such-run']);
  expect(await problem(ana.run('no/such/1'))).toEqual([404, 'no-such-run']);
});

test('whoever takes a run over gives it back, or somebody with the scope admin; each refusal says why', async () => {
  const workflowId = await startRun();
  const withScopes = async (person: string, scopes: Scope[]) =>
    createApiClient({ url: gateway.url, token: await house.token(person, scopes) });
  const bo = await withScopes('bo', ['read', 'run']);
  const admin = await withScopes('cy', ['run', 'admin']);
  const said = (promise: Promise<unknown>) =>
    promise.then(
      () => 'no problem',
      (error: unknown) => (error as ApiError).message,
    );
  expect(await said(ana.giveBackRun(workflowId, 'nothing'))).toMatch(/nobody has taken the run over/);
  expect(await ana.takeOverRun(workflowId, 'by hand is faster')).toEqual({ takenOver: true });
  expect(await ana.takeOverRun(workflowId, 'by hand is faster')).toEqual({ takenOver: true });
  expect(await problem(bo.takeOverRun(workflowId, 'me'))).toEqual([409, 'conflict']);
  expect(await said(bo.takeOverRun(workflowId, 'me'))).toMatch(/ana has taken it over already: by hand/);
  expect(await said(bo.giveBackRun(workflowId, 'me'))).toMatch(/ana has taken it over, and gives it back/);
  expect((await ana.run(workflowId)).run.waits?.what).toBe('ana has taken it over: by hand is faster');
  expect(await admin.giveBackRun(workflowId, 'ana is asleep')).toEqual({ givenBack: true });
  await house.ledger.sealRun({ workflowId, outcome: 'completed', result: null, journal: [] });
  expect(await said(ana.takeOverRun(workflowId, 'x'))).toMatch(/over: there is nothing to take over/);
  expect(await problem(ana.takeOverRun('no/such/1', 'x'))).toEqual([404, 'no-such-run']);
  expect(await problem(ana.giveBackRun('no/such/1', 'x'))).toEqual([404, 'no-such-run']);
  const reader = await withScopes('bo', ['read']);
  expect(await problem(reader.takeOverRun(workflowId, 'x'))).toEqual([403, 'missing-scope']);
});

test('how long incidents took, by runbook; and of one run what each moment rests on', async () => {
  const { workflowId } = await ana.startRun({ runbook: 'by-hand', input: { service: newService() } });
  const { milestones } = await ana.milestones(workflowId);
  expect(milestones.detected).toMatchObject({ because: 'ana asked for the run' });
  expect(milestones.resolved).toEqual({ unknown: 'the run has not ended' });
  await house.ledger.sealRun({ workflowId, outcome: 'completed', result: null, journal: [] });
  const { runbooks, since, until: to, cut } = await ana.report({ days: 7, runbook: 'by-hand' });
  expect(Date.parse(to) - Date.parse(since)).toBe(7 * 24 * 3_600_000);
  expect(cut).toBe(false);
  expect(runbooks).toMatchObject([{ runbook: 'by-hand', times: { acknowledge: { p50: 0 } } }]);
  expect(await ana.report({ runbook: 'nobody-has-it' })).toMatchObject({ runbooks: [] });
  expect(await problem(ana.milestones('by-hand/none/1'))).toEqual([404, 'no-such-run']);
});

test('the report of a run is a page that loads and runs nothing, open or ended', async () => {
  const { workflowId } = await ana.startRun({ runbook: 'by-hand', input: { service: newService() } });
  await stateOf(workflowId);
  expect(await ana.incidentPage(workflowId)).toContain('The run has not ended');
  const content = Buffer.from('GET /health 503\n');
  await house.ledger.keepArtefact({ workflowId, name: 'http.log', mediaType: 'text/plain', content });
  const journal = [
    { kind: 'finding' as const, name: 'finding', text: '<script>alert(1)</script>', status: 'ok' as const },
  ].map((line, i) => ({ ...line, seq: i + 1, at: '2026-11-21T02:50:00.000Z' }));
  await house.ledger.sealRun({
    workflowId,
    outcome: 'completed',
    result: { summary: 'It is well' },
    journal,
  });
  const response = await fetch(`${gateway.url}/api/runs/${encodeURIComponent(workflowId)}/report`, {
    headers: { authorization: `Bearer ${await house.token('ana', ['read'])}` },
  });
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*sandbox$/);
  const page = await response.text();
  for (const said of ['It is well', '&#60;script&#62;', 'GET /health 503', 'http.log'])
    expect(page).toContain(said);
  expect(page).not.toContain('<script');
  expect(await problem(ana.incidentPage('by-hand/none/1'))).toEqual([404, 'no-such-run']);
});

test('a freeze that would stop nothing is refused', async () => {
  const reason = 'incident';
  const refused = async (body: Parameters<typeof ana.freeze>[0]) =>
    ana.freeze(body).then(
      () => 'frozen',
      (error: unknown) => (error as ApiError).message,
    );
  expect(await refused({ scope: { kind: 'runbook', name: 'by-hnad' }, reason })).toContain('"by-hnad"');
  expect(await refused({ scope: { kind: 'cluster', name: 'prod' }, reason })).toContain('"prod"');
  const until = '2020-01-01T00:00:00.000Z';
  expect(await refused({ scope: { kind: 'everything' }, reason, until })).toContain('is over');
  expect((await ana.freezes()).freezes).toEqual([]);
});

test('the stop button and freezes work without Temporal', async () => {
  const workflowId = await startRun();
  await house.temporalServer.cut();
  expect(await ana.stopRun(workflowId, 'it makes things worse')).toEqual({ stopped: true });
  const freeze = await ana.freeze({ scope: { kind: 'runbook', name: 'by-hand' }, reason: 'incident' });
  expect((await ana.freezes()).freezes).toEqual([freeze]);
  expect(freeze).toMatchObject({ by: 'ana', reason: 'incident' });
  expect(await ana.liftFreeze(freeze.id)).toEqual({ lifted: true });
  expect((await ana.freezes()).freezes).toEqual([]);
  expect(await problem(ana.liftFreeze('freeze-none'))).toEqual([404, 'not-found']);
  expect(await ana.cancelRun(workflowId, 'x')).toEqual({ cancelling: true });
  await house.temporalServer.mend();
  expect((await ana.leftovers()).leftovers).toEqual([]);
  const nothing = { until: new Date(Date.now() + 60_000).toISOString(), reason: 'x' };
  expect(await problem(ana.keepLeftover('left-none', nothing))).toEqual([404, 'not-found']);
  expect(await problem(ana.record(workflowId))).toEqual([404, 'not-found']);
  await house.ledger.seal();
  expect(JSON.stringify(await ana.record(workflowId))).toContain('it makes things worse');
});

test('metrics tell how long things waited, and logs no secrets', async () => {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(text).toContain('nightshift_dispatch_lag_seconds_count{lane="start"}');
  expect(text).toContain('nightshift_alerts_total{source="alertmanager",effect="new"}');
  const secret = await house.token('ana', ['read']);
  await createApiClient({ url: gateway.url, token: secret }).runs();
  expect(gateway.log()).not.toContain(secret);
  expect(gateway.log()).not.toContain('alertmanager-token');
});

test('a gateway with a wrong configuration does not start, and names the field', async () => {
  await expect(house.startGateway({ gateway: { port: 'http' } })).rejects.toThrow(
    'gateway.port: write a port number',
  );
});
