import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onCallAt, parseSchedules } from '../../config/index.ts';
import { startReceiver } from '../gateway/telling/receiver.ts';
import { nightshift } from './command-line.ts';
import { screenOf } from './render/samples.ts';
import { startSmallGateway, type SmallGateway } from './small-gateway.ts';

const DAY_MS = 86_400_000;
const MIDNIGHT = Date.parse('2026-11-21T00:00:00Z');

let gateway: SmallGateway;
let env: Record<string, string>;
let folder: string;
beforeAll(async () => {
  gateway = await startSmallGateway();
  env = { NIGHTSHIFT_URL: gateway.url, NIGHTSHIFT_TOKEN: 't' };
});
afterAll(() => gateway.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightshift-oncall-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('shows who is on call, who is next, and a gap', async () => {
  const { code, out } = await nightshift(['oncall', '--next', '2'], { env });
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
   "ROLE             ON CALL          FROM                             WHY
   payments-oncall  Ana Alder (ana)
                    bo               09:00:00, in 6 h 10 min          swapped
                    nobody           2026-11-23 09:00:00, in 2 d 6 h
   "
  `);
});

test.each([
  [['oncall', '--at', 'noon'], '--at noon is no time'],
  [['oncall', 'import', 'x.ics'], "required option '--role <role>' not specified"],
])('%j is wrong usage', async (args, message) => {
  const { code, err } = await nightshift(args, { env });
  expect(code).toBe(2);
  expect(err).toContain(message);
});

const CALENDAR = (more = '') =>
  `BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Primary: Ana\nDTSTART:20260105T090000Z\nDTEND:20260112T090000Z\n${more}END:VEVENT\nEND:VCALENDAR\n`;
const importing = (calendar: string, ...args: string[]) => {
  const config = {
    ...{ deployment: 'test', stateDir: '.', database: { url: { env: 'X' } } },
    people: { ana: { name: 'Ana', roles: [] } },
    onCall: { file: 'on-call.yaml' },
  };
  writeFileSync(join(folder, 'nightshift.config.json'), JSON.stringify(config));
  return nightshift(
    ['oncall', 'import', '-', '--role', 'night', '--config', join(folder, 'nightshift.config.json'), ...args],
    { stdin: calendar },
  );
};

test('import writes a calendar’s shifts into the file that the configuration names', async () => {
  const { code, out } = await importing(
    CALENDAR('RRULE:FREQ=WEEKLY\n'),
    '--as',
    'Primary: Ana=ana',
    '--time-zone',
    'UTC',
  );
  expect(code).toBe(0);
  expect(out).toContain('1 shift of night written to');
  expect(readFileSync(join(folder, 'on-call.yaml'), 'utf8')).toMatchInlineSnapshot(`
   "schedules:
     night:
       timeZone: UTC
       shifts:
         - person: ana
           from: 2026-01-05 09:00
           until: 2026-01-12 09:00
           every: week
   "
  `);
});

test('import writes nothing of a calendar that it does not understand, nor for nobody', async () => {
  const moved = await importing(CALENDAR('EXDATE:20260112T090000Z\n'), '--as', 'Primary: Ana=ana');
  expect(moved).toMatchObject({ code: 2, err: expect.stringContaining('EXDATE, which is not understood') });
  const unnamed = await importing(CALENDAR());
  expect(unnamed).toMatchObject({ code: 2, err: expect.stringContaining('--as "SUMMARY=PERSON"') });
  const stranger = await importing(CALENDAR(), '--as', 'Primary: Ana=eve');
  expect(stranger).toMatchObject({ code: 2, err: expect.stringContaining('"eve" is not one of people') });
  expect(existsSync(join(folder, 'on-call.yaml'))).toBe(false);
});

test('import --print shows the file instead', async () => {
  const { out } = await importing(CALENDAR(), '--as', 'Primary: Ana=ana', '--print');
  expect(out).toContain('person: ana');
  expect(existsSync(join(folder, 'on-call.yaml'))).toBe(false);
});

test('import writes the shifts of a schedule of PagerDuty, as its API renders it', async () => {
  const api = await startReceiver();
  const entry = (start: string, end: string, id: string, summary: string) => ({
    ...{ start, end, user: { id, type: 'user_reference', summary } },
  });
  let asked = 0;
  api.reply = ({ headers }) => {
    if (headers.authorization !== 'Token token=pd-token') return { status: 401 };
    if (asked++ === 0) return { status: 429, headers: { 'retry-after': '0.01' } };
    const final_schedule = {
      name: 'Final Schedule',
      rendered_schedule_entries: [
        entry('2026-11-18T09:00:00+01:00', '2026-11-19T09:00:00+01:00', 'PGONE01', 'Who Has Left'),
        entry('2026-11-20T20:00:00+01:00', '2026-11-21T09:00:00+01:00', 'PXPGF42', 'Ana'),
        entry('2026-11-21T08:00:00Z', '2026-11-22T09:00:00+01:00', 'PAM4FGS', 'Regina Phalange'),
      ],
    };
    return { body: { schedule: { id: 'PI7DH85', type: 'schedule', final_schedule } } };
  };
  process.env['TEST_PD_TOKEN'] = 'pd-token';
  const config = {
    ...{ deployment: 'test', stateDir: '.', database: { url: { env: 'X' } } },
    people: { ana: { name: 'Ana', roles: [] }, regina: { name: 'R. P.', roles: [] } },
    ...{ onCall: { file: 'on-call.yaml' }, pagerduty: { token: { env: 'TEST_PD_TOKEN' }, api: api.url } },
  };
  writeFileSync(join(folder, 'nightshift.config.json'), JSON.stringify(config));
  const imports = (...args: string[]) =>
    nightshift([
      ...['oncall', 'import', '--role', 'night', '--time-zone', 'Europe/Berlin'],
      ...['--config', join(folder, 'nightshift.config.json'), ...args],
    ]);
  try {
    expect(await imports('--pagerduty', 'PI7DH85')).toMatchObject({
      code: 2,
      err: expect.stringContaining('"Regina Phalange" is nobody of people'),
    });
    expect(existsSync(join(folder, 'on-call.yaml'))).toBe(false);
    const done = await imports('--pagerduty', 'PI7DH85', '--as', 'Regina Phalange=regina');
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining('2 shifts of night written') });
    expect(readFileSync(join(folder, 'on-call.yaml'), 'utf8')).toMatch(
      /person: ana[^]*from: 2026-11-20 20:00[^]*until: 2026-11-21 09:00[^]*person: regina/,
    );
    expect(api.received.at(-1)!.path).toMatch(
      /^\/schedules\/PI7DH85\?since=2026-11-07T.*&until=2026-12-19T.*&time_zone=Europe%2FBerlin$/,
    );
    expect((await imports()).err).toContain('name a calendar or --pagerduty SCHEDULE');
    api.reply = () => ({ status: 404 });
    expect((await imports('--pagerduty', 'PNONE')).err).toContain(
      'PagerDuty answered 404 for the schedule PNONE',
    );
  } finally {
    await api.close();
  }
});

test('a second import of a day later keeps who was on call the day before: their answer still counts', async () => {
  const api = await startReceiver();
  const day = (from: number, summary: string) => ({
    start: new Date(from).toISOString(),
    end: new Date(from + DAY_MS).toISOString(),
    user: { id: summary, type: 'user_reference', summary },
  });
  const rota = Array.from({ length: 60 }, (_, n) => day(MIDNIGHT + (n - 30) * DAY_MS, n % 2 ? 'Bo' : 'Ana'));
  // As PagerDuty renders: what lies in the time that is asked for.
  api.reply = ({ path }) => {
    const { searchParams } = new URL(path, api.url);
    const [since, until] = [Date.parse(searchParams.get('since')!), Date.parse(searchParams.get('until')!)];
    const entries = rota.filter(({ start, end }) => Date.parse(end) > since && Date.parse(start) < until);
    return { body: { schedule: { final_schedule: { rendered_schedule_entries: entries } } } };
  };
  process.env['TEST_PD_TOKEN'] = 'pd-token';
  const people = { ana: { name: 'Ana', roles: [] }, bo: { name: 'Bo', roles: [] } };
  const file = join(folder, 'nightshift.config.json');
  const config = {
    ...{ deployment: 'test', stateDir: '.', database: { url: { env: 'X' } }, people },
    ...{ onCall: { file: 'on-call.yaml' }, pagerduty: { token: { env: 'TEST_PD_TOKEN' }, api: api.url } },
  };
  writeFileSync(file, JSON.stringify(config));
  const importAt = (now: number) =>
    nightshift(
      [
        ...['oncall', 'import', '--pagerduty', 'PI7DH85', '--role', 'night', '--time-zone', 'UTC'],
        ...['--config', file],
      ],
      { io: { screen: () => ({ ...screenOf(80), now: new Date(now) }) } },
    );
  const onCall = (at: number) => {
    const text = readFileSync(join(folder, 'on-call.yaml'), 'utf8');
    return onCallAt(parseSchedules(text, { name: 'on-call.yaml', people }).get('night')!, new Date(at))
      .people;
  };
  try {
    const answeredAt = MIDNIGHT + 3 * 3_600_000;
    expect(await importAt(answeredAt)).toMatchObject({ code: 0 });
    expect(onCall(answeredAt)).toEqual(['ana']);
    expect(await importAt(answeredAt + DAY_MS)).toMatchObject({ code: 0 });
    expect([onCall(answeredAt), onCall(answeredAt + DAY_MS)]).toEqual([['ana'], ['bo']]);
    expect(onCall(MIDNIGHT + 28 * DAY_MS)).toEqual(['ana']);
    expect(onCall(MIDNIGHT + 30 * DAY_MS)).toEqual([]);
  } finally {
    await api.close();
  }
});
