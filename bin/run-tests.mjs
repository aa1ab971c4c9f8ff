import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { durationTable, heldOutput, INTERRUPTED, runSteps } from './steps.mjs';

/** The projects of jest.config.mjs. Each has a run of its own: a server that does not start fails only its project. */
const PROJECTS = ['unit', 'integration', 'lab'];

/** How many files at once; jest would take one less than there are cores. */
const AT_ONCE = {
  unit: [],
  // They wait for servers more than they compute, and each has its own database and namespace.
  integration: ['--maxWorkers=2'],
  // There is one lab, and its tests break it in turn.
  lab: ['--runInBand'],
};

/**
 * Everything that must hold: what the tests need is there, the checks, every test. Goes on after a failure, so that one
 * run shows all; the last line is `N passed, N failed`. The tests of the lab mostly wait for its cluster: they run beside
 * the rest, and what they print follows it.
 * @param {{
 *   args: string[],
 *   checks: string[],
 *   run: (program: string, args: string[], options?: { output?: { write(chunk: Buffer): void } }) => Promise<number>,
 *   stdout?: { write(chunk: string | Buffer): void },
 * }} options args: `--yes` installs system packages without asking; the rest goes to jest
 */
export async function runTests({ args, checks, run, stdout = process.stdout }) {
  const jestArgs = args.filter((arg) => arg !== '--yes');
  const yes = args.includes('--yes') || process.env.CI === 'true';
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-jest-'));
  const started = Date.now();
  const test = (project, output) => () =>
    run(...jest(project, reportOf(folder, project), jestArgs), { output });
  try {
    const prepare = () => run('node', ['test/setup/prepare.ts', ...(yes ? ['--yes'] : [])]);
    const results = await runSteps(['prepare'], prepare);
    if (results.at(-1).code !== INTERRUPTED)
      results.push(...(await runBeside({ test, checks, run, stdout })));
    console.log(`\n${durationTable(results, (Date.now() - started) / 1000)}`);
    const tests = PROJECTS.map((project) => count(reportOf(folder, project)));
    const sum = (key) => tests.reduce((total, each) => total + each[key], 0);
    const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
    const right = results.every(({ code }) => code === 0) && failed === 0 && skipped === 0 && passed > 0;
    if (skipped > 0)
      console.log(
        `${skipped} tests were skipped. A test that does not run shows nothing: make it run, or remove it.`,
      );
    console.log(`${passed} passed, ${failed} failed`);
    return right ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runBeside({ test, checks, run, stdout }) {
  const output = heldOutput(stdout);
  const lab = runSteps(['test lab'], test('lab', output), (line) => output.write(`${line}\n`));
  const commands = {
    ...Object.fromEntries(checks.map((script) => [script, () => run('npm', ['run', '--silent', script])])),
    'test unit': test('unit'),
    'test integration': test('integration'),
  };
  console.log('The tests of the lab run beside what follows, and are shown after it.');
  const results = await runSteps(Object.keys(commands), (step) => commands[step]());
  output.release();
  return [...results, ...(await lab)];
}

function reportOf(folder, project) {
  return join(folder, `${project}.json`);
}

function jest(project, report, args) {
  return [
    'npm',
    [
      'run',
      '--silent',
      'test:jest',
      '--',
      '--selectProjects',
      project,
      '--json',
      `--outputFile=${report}`,
      ...AT_ONCE[project],
      ...args,
    ],
  ];
}

/** A file of tests that could not be run, and a run of jest that left no report, count as one failure. */
function count(report) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const result = JSON.parse(readFileSync(report, 'utf8'));
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}
