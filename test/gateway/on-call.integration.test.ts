/** Who is on call, as the gateway tells it, and that it decides who may answer. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiClient } from '../../gateway/api-client.ts';
import { until } from '../setup/until.ts';
import { createHouse, type House } from './house.ts';

let house: House;
let ana: ApiClient;
let file: string;
const schedule = (people: string, overrides = '') =>
  writeFile(
    file,
    `schedules:\n  night:\n    timeZone: Europe/Berlin\n    rotations:\n      - { people: [${people}], from: 2026-01-05 09:00, every: week }\n${overrides}`,
  );
beforeAll(async () => {
  house = await createHouse();
  file = join(house.folder, 'on-call.yaml');
  await schedule('ana, bo');
  ana = await house.client(await house.startGateway({ onCall: { file } }), 'ana');
});
afterAll(() => house.close());

test('tells who is on call at a moment, and the next hand-overs; an override counts at once', async () => {
  const at = '2026-03-25T12:00:00Z';
  expect(await ana.onCall({ at, next: 1 })).toEqual({
    at: '2026-03-25T12:00:00.000Z',
    roles: [
      {
        role: 'night',
        timeZone: 'Europe/Berlin',
        now: { people: [{ person: 'bo', name: 'Bo' }] },
        next: [{ at: '2026-03-30T07:00:00.000Z', people: [{ person: 'ana', name: 'Ana' }] }],
      },
    ],
  });
  await schedule(
    'ana, bo',
    '    overrides: [{ person: cy, from: 2026-03-25 00:00, until: 2026-03-26 00:00, why: ill }]\n',
  );
  const [night] = (await ana.onCall({ at, next: 0 })).roles;
  expect(night!.now).toEqual({ people: [{ person: 'cy', name: 'Cy' }], why: 'ill' });
  await schedule('ana, bo');
});

test('refuses a role that no schedule fills, and a time that is none', async () => {
  await expect(ana.onCall({ role: 'payments-oncall' })).rejects.toThrow(
    'no schedule fills the role "payments-oncall"; schedules fill: night',
  );
  await expect(ana.onCall({ at: 'tomorrow' })).rejects.toMatchObject({ code: 'bad-request' });
});

test('a question to a role of a schedule is answered by whoever is on call now', async () => {
  await schedule('bo');
  const { workflowId } = await house.ledger.requestRun({
    ...{ runbook: 'approving', title: 'Test', input: {}, correlationKey: 'a', dryRun: false },
    ...{ trigger: { kind: 'person', source: 'test', authenticated: true }, requestId: 'on-call-1' },
  });
  await until(async () => (await house.ledger.run(workflowId))?.status === 'started');
  await house.ledger.openQuestion({
    ...{ workflowId, runbook: 'approving' },
    question: {
      ...{ id: 'q1', kind: 'hold', title: 'Go on?', body: '', from: ['night'], quorum: 1, needs: [] },
      ...{ options: [{ answer: 'retry', meaning: 'again' }], excluded: [], extensions: [] },
      ...{ openedAt: new Date().toISOString(), escalation: [], silence: 'The run waits.' },
    },
  });
  const { questionHash } = await ana.question(workflowId, 'q1');
  const answer = () => ana.decide(workflowId, 'q1', { answer: 'retry', questionHash, planHash: '' });
  await expect(answer()).rejects.toMatchObject({ code: 'not-entitled' });
  expect((await ana.whoAmI()).roles).toEqual(['payments-oncall']);
  await schedule('ana');
  expect((await ana.whoAmI()).roles).toEqual(['payments-oncall', 'night']);
  expect(await answer()).toMatchObject({ delivered: false });
});

test('schedules that are wrong at the start keep the gateway from starting, with the field', async () => {
  await schedule('eve');
  await expect(house.startGateway({ onCall: { file } })).rejects.toThrow(
    /schedules.night.rotations.0.people: "eve" is not one of people/,
  );
  await schedule('ana');
});
