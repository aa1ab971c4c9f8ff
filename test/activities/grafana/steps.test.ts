import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { grafana } from '../../../activities/grafana/contract.ts';
import { createGrafanaSteps } from '../../../activities/grafana/steps.ts';
import type {
  ApplyContext,
  ImplementedChange,
  ImplementedRead,
  PlanContext,
} from '../../../activities/kit/index.ts';
import { startStandIn, type Answer, type Asked, type StandIn } from '../json-stand-in.ts';

interface Kept {
  readonly id: number;
  readonly tags: readonly string[];
}

/**
 * Grafana as its documentation shows it: POST answers with a message and an id, GET with annotations of which every one
 * has all the tags that were asked for.
 */
let server: StandIn;
let kept: Kept[] = [];
let otherwise: ((asked: Asked) => Answer | undefined) | undefined;
beforeEach(async () => {
  [kept, otherwise] = [[], undefined];
  server = await startStandIn((asked) => {
    const { method, url, body } = asked;
    const unusual = otherwise?.(asked);
    if (method === 'POST' && url.pathname === '/grafana/api/annotations') {
      kept.push({ id: kept.length + 1, tags: body['tags'] as string[] });
      return unusual ?? { body: { message: 'Annotation added', id: kept.length } };
    }
    if (unusual) return unusual;
    if (url.pathname === '/grafana/api/annotations') return { body: found(url.searchParams) };
    if (url.pathname === '/grafana/api/dashboards/uid/jcIIG-07z')
      return { body: { dashboard: { uid: 'jcIIG-07z', title: 'Shop' }, meta: { slug: 'shop' } } };
    return { status: 404, body: { message: 'Dashboard not found', status: 'not-found' } };
  });
});
afterEach(() => server.close());

const found = (query: URLSearchParams) =>
  kept
    .filter(({ tags }) => query.getAll('tags').every((tag) => tags.includes(tag)))
    .slice(0, Number(query.get('limit') ?? 100))
    .map(({ id, tags }) => ({
      ...{ id, alertId: 0, alertName: '', dashboardId: 468, dashboardUID: 'jcIIG-07z', panelId: 2 },
      ...{ userId: 1, userName: '', newState: '', prevState: '', time: 1507266395000, text: 'test' },
      ...{ metric: '', tags, data: {} },
    }));

const RUN = 'lab/slow-requests/shop/1/';
const context: PlanContext & ApplyContext = {
  ...{ signal: new AbortController().signal, heartbeat: () => undefined },
  ...{ deadline: new Date(Date.now() + 600_000), run: RUN, earlier: [], operation: `${RUN}1/change-0` },
  ...{ attempt: 1, keep: async () => undefined, reason: 'why' },
};
const steps = (options: { token?: () => string; publicUrl?: string } = { token: () => 'glsa_1' }) =>
  createGrafanaSteps({ url: `${server.url}/grafana/`, ...options });
const annotate = (options?: { token?: () => string }) =>
  (steps(options)[0] as ImplementedChange).implementation;
const input = (changes: object = {}) =>
  grafana.annotate.contract.input.parse({ text: 'Limit raised\n<b>by hand</b>', ...changes });

test('an annotation on a panel, with its operation as a tag, and its text as text', async () => {
  const over = { from: '2026-11-21T02:47:00.000Z', to: '2026-11-21T02:59:00.000Z' };
  const asked = input({ dashboard: 'jcIIG-07z', panel: 2, tags: ['shop', 'nightshift'], ...over });
  expect(await annotate().plan(asked, context)).toMatchObject({ dryRun: 'none', warnings: [] });
  expect(await annotate().apply(asked, {}, context)).toEqual({ outcome: 'applied', output: { id: 1 } });
  expect(server.asked.at(-1)).toMatchObject({
    ...{ method: 'POST', authorization: 'Bearer glsa_1' },
    body: {
      ...{ dashboardUID: 'jcIIG-07z', panelId: 2, text: 'Limit raised<br>&lt;b&gt;by hand&lt;/b&gt;' },
      ...{ time: Date.parse(over.from), timeEnd: Date.parse(over.to) },
      tags: ['nightshift', 'shop', expect.stringMatching(/^nightshift-[0-9a-f]{20}$/)],
    },
  });
});

test('added, and the answer lost: the probe finds it, and another attempt adds none', async () => {
  otherwise = ({ method }) => (method === 'POST' ? { hangUp: true } : undefined);
  await expect(annotate().apply(input(), {}, context)).rejects.toMatchObject({ kind: 'unknown-outcome' });
  otherwise = undefined;
  expect(await annotate().probe(input(), {}, context)).toEqual({ state: 'applied', output: { id: 1 } });
  expect(await annotate().apply(input(), {}, { ...context, attempt: 2 })).toEqual({
    ...{ outcome: 'already-satisfied', output: { id: 1 } },
  });
  expect(kept).toHaveLength(1);
  const other = { ...context, operation: `${RUN}2/change-0` };
  expect(await annotate().probe(input(), {}, other)).toEqual({ state: 'not-applied' });
  expect(await annotate().apply(input(), {}, other)).toMatchObject({ outcome: 'applied' });
});

test('whoever ignores the tags that were asked for is not believed', async () => {
  kept.push({ id: 7, tags: ['somebody-else'] });
  otherwise = ({ method }) => (method === 'GET' ? { body: found(new URLSearchParams()) } : undefined);
  expect(await annotate().probe(input(), {}, context)).toEqual({ state: 'not-applied' });
});

test('a dashboard that is not there is said while it is planned; one that may not be seen is a warning', async () => {
  await expect(annotate().plan(input({ dashboard: 'gone' }), context)).rejects.toMatchObject({
    ...{ kind: 'invalid', message: 'Grafana has no dashboard gone', next: expect.stringContaining('/d/') },
  });
  otherwise = () => ({ status: 403, body: { message: 'You need additional permissions' } });
  expect(await annotate().plan(input({ dashboard: 'secret' }), context)).toMatchObject({
    warnings: ['the token may not look whether there is a dashboard secret'],
  });
});

test('without a token, with one that is not there or refused, or an answer of something else', async () => {
  await expect(annotate({}).plan(input(), context)).rejects.toMatchObject({
    ...{ kind: 'invalid', next: expect.stringContaining('grafana.token') },
  });
  const missing = () => {
    throw new Error('[secret from the environment variable GRAFANA] is not set');
  };
  await expect(annotate({ token: missing }).apply(input(), {}, context)).rejects.toMatchObject({
    ...{ kind: 'refused', message: expect.stringContaining('GRAFANA') },
  });
  expect(server.asked).toHaveLength(0);
  otherwise = () => ({ status: 401, body: { message: 'Invalid API key' } });
  await expect(annotate().apply(input(), {}, context)).rejects.toMatchObject({ kind: 'refused' });
  otherwise = ({ method }) => (method === 'POST' ? { body: { message: 'welcome' } } : undefined);
  await expect(annotate().apply(input(), {}, context)).rejects.toMatchObject({ kind: 'unknown-outcome' });
});

test('a link has the time, the panel and the variables, and asks nobody', async () => {
  const link = steps({ publicUrl: 'https://grafana.example.com/' })[1] as ImplementedRead;
  const asked = grafana.panelLink.contract.input.parse({
    ...{ dashboard: 'jcIIG-07z', panel: 2, from: '2026-11-21T02:47:00.000Z', to: '2026-11-21T02:59:00.000Z' },
    ...{ margin: '1m', variables: { namespace: 'shop', pod: ['a&b', 'c d'] } },
  });
  expect(await link.run(asked, context)).toEqual({
    url: `https://grafana.example.com/d/jcIIG-07z?from=${Date.parse('2026-11-21T02:46:00Z')}&to=${Date.parse('2026-11-21T03:00:00Z')}&viewPanel=2&var-namespace=shop&var-pod=a%26b&var-pod=c+d`,
  });
  expect(server.asked).toHaveLength(0);
});

test('what makes no annotation or link is refused with the field', () => {
  const wrong = (step: typeof grafana.annotate | typeof grafana.panelLink, value: object) =>
    step.contract.input.safeParse(value).error?.issues.map((issue) => issue.path.join('.'));
  const [from, to] = ['2026-11-21T03:00:00.000Z', '2026-11-21T02:00:00.000Z'];
  expect(wrong(grafana.annotate, { text: 'x', panel: 2 })).toEqual(['panel']);
  expect(wrong(grafana.annotate, { text: 'x', to })).toEqual(['to']);
  expect(wrong(grafana.annotate, { text: 'x', from, to })).toEqual(['to']);
  expect(wrong(grafana.panelLink, { dashboard: '../api', from })).toEqual(['dashboard']);
  expect(wrong(grafana.panelLink, { dashboard: 'd', from, to })).toEqual(['to']);
});
