import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSchedules, putShifts, readSchedules, standing } from '../../../config/index.ts';

const people = { ana: { name: 'Ana', roles: ['managers'] }, bo: { name: 'Bo', roles: [] } };
const file = (person: string) =>
  `# who is woken\nschedules:\n  oncall:\n    timeZone: UTC\n    rotations:\n      - { people: [${person}], from: 2026-01-05 09:00, every: week } # for ever\n`;
const parse = (text: string) => parseSchedules(text, { name: 'on-call.yaml', people });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightshift-oncall-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const now = new Date('2026-11-21T03:00:00Z');

test('a changed file counts at once; a wrong one is told once, and the last right one stays', () => {
  const path = join(folder, 'on-call.yaml');
  const told: string[] = [];
  writeFileSync(path, file('ana'));
  const schedules = readSchedules({ file: path, people, onProblem: (error) => told.push(error.message) });
  expect(schedules.holders('oncall', now)).toEqual(['ana']);
  expect(schedules.holders('managers', now)).toBeUndefined();
  writeFileSync(path, file('bo').replace('UTC', 'Europe/Berlin'));
  expect(schedules.holders('oncall', now)).toEqual(['bo']);
  writeFileSync(path, file('eve') + '\n');
  expect(schedules.holders('oncall', now)).toEqual(['bo']);
  rmSync(path);
  expect(schedules.holders('oncall', now)).toEqual(['bo']);
  expect(schedules.holders('oncall', now)).toEqual(['bo']);
  expect(told).toEqual([
    expect.stringMatching(/"eve" is not one of people/),
    expect.stringMatching(/no such file/),
  ]);
  writeFileSync(path, file('ana'));
  expect(schedules.holders('oncall', now)).toEqual(['ana']);
});

test('whoever is on call at the time of the answer holds the role, and nobody else', () => {
  const path = join(folder, 'on-call.yaml');
  writeFileSync(path, file('ana, bo'));
  const schedules = readSchedules({ file: path, people, onProblem: () => undefined });
  const question = { from: ['oncall'], needs: [], excluded: [], escalation: [] };
  const may = (person: string, at: string) =>
    standing({ people, schedules, person, answer: 'approve', question, at: new Date(at) }).ok;
  expect([may('ana', '2026-01-12T08:59:59Z'), may('bo', '2026-01-12T08:59:59Z')]).toEqual([true, false]);
  expect([may('ana', '2026-01-12T09:00:00Z'), may('bo', '2026-01-12T09:00:00Z')]).toEqual([false, true]);
});

test.each([
  ['no YAML', 'schedules: [', /not YAML/],
  ['nothing', '', /write \{ payments-oncall|expected object/],
  [
    'a time zone that is none',
    file('ana').replace('UTC', 'Mars/Base'),
    /oncall.timeZone: write the name of a time zone/,
  ],
  [
    'a time that does not exist',
    file('ana').replace('01-05', '02-30'),
    /rotations.0.from: write a local time that exists/,
  ],
  ['an unknown period', file('ana').replace('week', 'month'), /every: write "day", "week"/],
  ['a misspelt field', file('ana').replace('every', 'evry'), /there is no field evry/],
  ['nobody', file(''), /write at least one person/],
  [
    'a role that people hold by list',
    file('ana').replace('oncall:', 'managers:'),
    /people.ana.roles .* names this role too/,
  ],
])('%s is refused with the field', (_, text, why) => expect(() => parse(text)).toThrow(why));

test('imported shifts replace those of their role and leave the rest, comments too', () => {
  const shifts = [
    { person: 'bo', from: '2026-11-20 09:00', until: '2026-11-27 09:00', timeZone: 'UTC', every: '2 weeks' },
    { person: 'ana', from: '2026-11-20 09:00', until: '2026-11-20 10:00', timeZone: 'Europe/Berlin' },
  ];
  const once = putShifts(file('ana'), { role: 'oncall', timeZone: 'Europe/Berlin', shifts });
  expect(once).toContain('# who is woken');
  expect(once).toContain('# for ever');
  const twice = putShifts(once, { role: 'oncall', timeZone: 'Europe/Berlin', shifts: shifts.slice(0, 1) });
  expect(parse(twice).get('oncall')).toMatchObject({
    timeZone: 'UTC',
    shifts: [{ person: 'bo' }],
    rotations: [{}],
  });
  const fresh = putShifts('', { role: 'new', timeZone: 'Europe/Berlin', shifts });
  expect(parse(fresh).get('new')).toMatchObject({
    timeZone: 'Europe/Berlin',
    shifts: [{ timeZone: 'UTC' }, { person: 'ana' }],
  });
});
