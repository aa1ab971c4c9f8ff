import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';

type Output = { write(chunk: string): void };
type Run = (program: string, args: string[], options?: { output?: Output }) => Promise<number>;
const { runTests } = (await import(new URL('../../bin/run-tests.mjs', import.meta.url).href)) as {
  runTests: (options: { args: string[]; checks: string[]; run: Run; stdout: Output }) => Promise<number>;
};

const GREEN = {
  numPassedTests: 2,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  numPendingTests: 0,
  numTodoTests: 0,
};

let printed: string[];
const stdout: Output = { write: (chunk) => void printed.push(chunk.trim()) };
let ci: string | undefined;
beforeEach(() => {
  printed = [];
  ci = process.env.CI;
  delete process.env.CI;
  jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line.trim()));
});
afterEach(() => {
  jest.restoreAllMocks();
  if (ci !== undefined) process.env.CI = ci;
});

/** Stands in for npm and jest: writes the report that jest would write, and remembers every command. */
function commands(
  reports: Record<string, Partial<typeof GREEN> | undefined>,
  codes: Record<string, number> = {},
) {
  const commandLines: string[] = [];
  const run: Run = async (program, args, { output } = {}) => {
    const line = [program, ...args].join(' ');
    commandLines.push(line);
    output?.write('what it printed');
    const project = args[args.indexOf('--selectProjects') + 1];
    const file = args.find((arg) => arg.startsWith('--outputFile='))?.slice('--outputFile='.length);
    const report = project && project in reports ? reports[project] : {};
    if (file && report) writeFileSync(file, JSON.stringify({ ...GREEN, ...report }));
    return Object.entries(codes).find(([part]) => line.includes(part))?.[1] ?? 0;
  };
  return { run, commandLines };
}

const checks = ['check:lint', 'check:types'];
const ofProject = (project: string, args: string) =>
  `npm run --silent test:jest -- --selectProjects ${project} --json FILE ${args}`;
const lastLine = () => printed.at(-1);

test('all well: prepares, checks, runs every project, and the last line is the sum', async () => {
  const { run, commandLines } = commands({});
  expect(await runTests({ args: ['--bail'], checks, run, stdout })).toBe(0);
  expect(lastLine()).toBe('6 passed, 0 failed');
  expect(commandLines.map((line) => line.replace(/--outputFile=\S+/, 'FILE'))).toEqual([
    'node test/setup/prepare.ts',
    ofProject('lab', '--runInBand --bail'),
    'npm run --silent check:lint',
    'npm run --silent check:types',
    ofProject('unit', '--bail'),
    ofProject('integration', '--maxWorkers=2 --bail'),
  ]);
});

test('what the tests of the lab print follows everything that they ran beside', async () => {
  const { run } = commands({});
  await runTests({ args: [], checks, run, stdout });
  const at = (line: string) => printed.findIndex((each) => each.startsWith(line));
  expect(at('== test lab')).toBe(at('== test integration') + 1);
  expect(at('what it printed')).toBe(at('== test lab') + 1);
});

test.each([
  ['a failed test', { lab: { numFailedTests: 1 } }, {}, '6 passed, 1 failed'],
  [
    'a file that could not be run',
    { unit: { numPassedTests: 1, numRuntimeErrorTestSuites: 1 } },
    {},
    '5 passed, 1 failed',
  ],
  ['a project that left no report', { lab: undefined }, { lab: 1 }, '4 passed, 1 failed'],
  ['a failed check', {}, { 'check:types': 1 }, '6 passed, 0 failed'],
  ['a preparation that failed', {}, { 'prepare.ts': 1 }, '6 passed, 0 failed'],
  ['a skipped test', { lab: { numPendingTests: 1 } }, {}, '6 passed, 0 failed'],
  [
    'no test at all',
    { unit: { numPassedTests: 0 }, integration: { numPassedTests: 0 }, lab: { numPassedTests: 0 } },
    {},
    '0 passed, 0 failed',
  ],
])('%s fails the whole, after everything else has run', async (_what, reports, codes, line) => {
  const { run, commandLines } = commands(reports, codes);
  expect(await runTests({ args: [], checks, run, stdout })).toBe(1);
  expect(lastLine()).toBe(line);
  expect(commandLines).toHaveLength(6);
});

test.each([
  ['--yes', ['--yes'], undefined],
  ['CI=true', [], 'true'],
])('%s lets the preparation install packages', async (_what, args, value) => {
  if (value) process.env.CI = value;
  const { run, commandLines } = commands({});
  await runTests({ args, checks, run, stdout });
  delete process.env.CI;
  expect(commandLines[0]).toBe('node test/setup/prepare.ts --yes');
  expect(commandLines.at(-1)).not.toContain('--yes');
});
