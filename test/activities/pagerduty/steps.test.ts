/** Who is on call, by bodies in the form of PagerDuty's documentation. */
import { afterEach, expect, test } from '@jest/globals';
import { createPagerDutySteps } from '../../../activities/pagerduty/steps.ts';
import { createReader, type Said } from '../read-from-server.ts';

const { asked, read, close } = createReader('pagerduty', (url) =>
  createPagerDutySteps({ api: url, token: () => 'y_NbAkKc66ryYTWUXYEu' }),
);
afterEach(close);

const onCall = (
  id: string,
  name: string,
  level: number,
  end: string | null = '2026-11-23T09:00:00+01:00',
) => ({
  user: { id, type: 'user_reference', summary: name, self: null, html_url: null },
  schedule: end === null ? null : { id: 'PI7DH85', type: 'schedule_reference', summary: 'Payments' },
  escalation_policy: { id: 'PT20YPA', type: 'escalation_policy_reference', summary: 'Payments' },
  escalation_level: level,
  ...{ start: end === null ? null : '2026-11-22T09:00:00+01:00', end },
});
const listed = (...oncalls: object[]): Said => ({
  body: { oncalls, limit: 100, offset: 0, more: false, total: null },
});

test('by a schedule: once, whatever number of policies it serves', async () => {
  const answer = await read('onCall', { schedule: 'PI7DH85' }, () =>
    listed(onCall('PT23IWX', 'Ana', 1), onCall('PT23IWX', 'Ana', 2)),
  );
  expect(answer).toEqual({
    state: 'known',
    people: [{ id: 'PT23IWX', name: 'Ana', until: '2026-11-23T08:00:00.000Z' }],
    truncated: false,
  });
  expect(asked).toEqual([{ path: '/oncalls', params: { 'schedule_ids[]': 'PI7DH85', limit: '100' } }]);
});

test('by an escalation policy: level by level, also who is always on call', async () => {
  const answer = await read('onCall', { escalationPolicy: 'PT20YPA' }, () =>
    listed(onCall('PAM4FGS', 'Regina Phalange', 2, null), onCall('PT23IWX', 'Ana', 1)),
  );
  expect(answer['people']).toEqual([
    { id: 'PT23IWX', name: 'Ana', level: 1, until: '2026-11-23T08:00:00.000Z' },
    { id: 'PAM4FGS', name: 'Regina Phalange', level: 2 },
  ]);
});

test('nobody is unknown, never an empty list', async () => {
  expect(await read('onCall', { schedule: 'PI7DH85' }, () => listed())).toMatchObject({
    state: 'unknown',
    why: 'empty',
    reason: 'PagerDuty names nobody: the schedule has a gap now, or there is none of this id',
  });
});

test('why there is no answer: the token, the id, another server', async () => {
  const call = (said: Said) => read('onCall', { schedule: 'PI7DH85' }, () => said);
  await expect(call({ status: 401, body: {} })).rejects.toMatchObject({ kind: 'refused' });
  await expect(call({ status: 429, body: {} })).rejects.toMatchObject({ kind: 'retryable' });
  await expect(
    call({ status: 404, body: { error: { message: 'Not Found', code: 2100 } } }),
  ).rejects.toMatchObject({ kind: 'invalid', message: 'PagerDuty refused the question: Not Found' });
  await expect(call({ body: '<html>' })).rejects.toThrow('is not PagerDuty');
  await expect(read('onCall', { schedule: '../incidents' }, () => listed())).rejects.toThrow('PI7DH85');
});
