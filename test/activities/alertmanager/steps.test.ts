import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { alertmanager } from '../../../activities/alertmanager/contract.ts';
import { createAlertmanagerSteps } from '../../../activities/alertmanager/steps.ts';
import type {
  ApplyContext,
  ImplementedChange,
  ImplementedRead,
  PlanContext,
} from '../../../activities/kit/index.ts';
import { startStandIn, type Answer, type Asked, type StandIn } from '../json-stand-in.ts';

/** Alertmanager where a real one cannot be brought to answer so: behind a proxy that asks who you are, with peers. */
let server: StandIn;
let answers: (asked: Asked) => Answer;
beforeEach(async () => {
  server = await startStandIn((asked) => answers(asked));
});
afterEach(() => server.close());

const RUN = 'lab/silences/1/';
const context: PlanContext & ApplyContext = {
  ...{ signal: new AbortController().signal, heartbeat: () => undefined },
  ...{ deadline: new Date(Date.now() + 600_000), run: RUN, earlier: [], operation: `${RUN}1/put-back-0` },
  ...{ attempt: 1, keep: async () => undefined, reason: 'why' },
};
const steps = () => createAlertmanagerSteps({ url: `${server.url}/alerts/`, token: () => 'secret' });
const [silence, unsilence] = [0, 1].map(
  (index) => () => (steps()[index] as ImplementedChange).implementation,
);
const ready = () => (steps()[2] as ImplementedRead).run({}, context);
const input = alertmanager.silence.contract.input.parse({
  ...{ labels: { service: 'shop', alertname: 'HighErrorRate' }, for: '30m' },
});
const selected = { labels: input.labels, matching: {} };

test('each call has the token, and stays under the path of the address', async () => {
  answers = ({ method }) => ({ body: method === 'POST' ? { silenceID: 'a' } : [] });
  await silence!().plan(input, context);
  await silence!().apply(input, {}, context);
  expect(server.asked.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual([
    ...['GET /alerts/api/v2/alerts', 'GET /alerts/api/v2/silences', 'POST /alerts/api/v2/silences'],
  ]);
  expect(server.asked[0]!.url.searchParams.getAll('filter')).toEqual([
    ...['alertname="HighErrorRate"', 'service="shop"'],
  ]);
  expect(new Set(server.asked.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer secret']));
});

test('a put-back planned with its silence takes that one, and asks nobody', async () => {
  const earlier = (labels: object) => ({
    ...{
      step: 'alertmanager.silence',
      input: { ...input, labels },
      target: 'alerts',
      operation: `${RUN}1/c`,
    },
    ...{ preconditions: {}, preimage: {} },
  });
  answers = () => ({ body: [] });
  const planned = await unsilence!().plan(selected, {
    ...context,
    earlier: [earlier(input.labels)],
  } as never);
  expect(planned).toMatchObject({
    preconditions: { silencedBy: [`${RUN}1/c`] },
    diff: [{ before: 'alertname="HighErrorRate", service="shop" for 30m', after: null }],
  });
  expect(server.asked).toHaveLength(0);
  const other = { ...context, earlier: [earlier({ alertname: 'Other' })] } as never;
  expect(await unsilence!().plan(selected, other)).toMatchObject({ diff: [] });
});

test('it is ready when it has settled with its peers', async () => {
  answers = () => ({ body: { cluster: { status: 'settling' }, uptime: '2026-11-22T09:00:00.000Z' } });
  expect(await ready()).toMatchObject({ verdict: 'fail', reason: expect.stringContaining('peers') });
  answers = () => ({ body: { cluster: { status: 'ready' } } });
  expect(await ready()).toMatchObject({ verdict: 'pass' });
});

test('a page to sign in is no Alertmanager, and refused credentials are said', async () => {
  answers = () => ({ body: '<html>Sign in</html>' });
  await expect(ready()).rejects.toMatchObject({
    ...{ kind: 'retryable', next: expect.stringContaining('alertmanager.url') },
  });
  answers = () => ({ status: 401, body: 'Unauthorized' });
  await expect(silence!().plan(input, context)).rejects.toMatchObject({ kind: 'refused' });
});

test('what is no silence is refused with the field', () => {
  const wrong = (changes: object) =>
    alertmanager.silence.contract.input
      .safeParse({ ...input, ...changes })
      .error?.issues.map((issue) => issue.path.join('.'));
  expect(wrong({ labels: {} })).toEqual(['labels']);
  expect(wrong({ labels: { alertname: '' } })).toEqual(['labels.alertname']);
  expect(wrong({ labels: { 'alert name': 'a' } })).toEqual(['labels.alert name']);
  expect(wrong({ matching: { pod: 'a\nb' } })).toEqual(['matching.pod']);
  expect(wrong({ for: '10s' })).toEqual(['for']);
  expect(wrong({ for: '8d' })).toEqual(['for']);
  expect(wrong({ for: undefined })).toContain('for');
});
