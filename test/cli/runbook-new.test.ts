import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { withRunbook } from '../../cli/new-runbook/catalogue-source.ts';
import { until } from '../setup/until.ts';
import { nightshift } from './command-line.ts';

const DOWN = '\u001B[B';
const RETURN = '\r';

let folder: string;
const read = (file: string) => readFileSync(join(folder, file), 'utf8');
const CATALOGUE = `import a from './a.ts';\n\nexport default [a];\n`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightshift-new-'));
  mkdirSync(join(folder, 'runbooks'));
  writeFileSync(join(folder, 'runbooks', 'index.ts'), CATALOGUE);
  jest.spyOn(process, 'cwd').mockReturnValue(folder);
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

test('writes a runbook with its test, and adds it to the catalogue', async () => {
  const args = ['queue-grows', '--alert', 'QueueGrows', '--looks-at', 'pods', '--owner', 'shop-oncall'];
  const { code, out, err } = await nightshift(['runbook', 'new', ...args, '-o', 'json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(out)).toMatchObject({
    id: 'queue-grows',
    runbook: 'runbooks/queue-grows.ts',
    test: 'test/runbooks/queue-grows.test.ts',
    catalogue: 'runbooks/index.ts',
  });
  const runbook = read('runbooks/queue-grows.ts');
  expect(runbook).toContain("onAlert({ alertname: 'QueueGrows' }");
  expect(runbook).toContain("owner: 'shop-oncall'");
  expect(runbook).toContain("from 'nightshift/kubernetes'");
  expect(read('test/runbooks/queue-grows.test.ts')).toContain("alertname: 'QueueGrows'");
  expect(read('runbooks/index.ts')).toBe(
    `import a from './a.ts';\nimport queueGrows from './queue-grows.ts';\n\nexport default [a, queueGrows];\n`,
  );
});

test('asks for what is not given: its id, what starts it, what it looks at', async () => {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  let shown = '';
  stdout.on('data', (chunk: Buffer) => (shown += chunk.toString('utf8')));
  const ran = nightshift(['runbook', 'new'], { io: { stdin, stdout, interactive: true } });
  const answer = async (question: string, ...keys: readonly string[]) => {
    await until(
      () => shown.includes(question),
      () => `waits for "${question}": ${shown}`,
    );
    for (const key of [...keys, RETURN]) stdin.write(key);
  };
  await answer('Its id', 'late-nights');
  await answer('What starts it?', DOWN);
  await answer('as crontab has it', '0 3 * * *');
  await answer('What does it look at first?', DOWN, DOWN);
  expect(await ran).toMatchObject({ code: 0, err: '' });
  const runbook = read('runbooks/late-nights.ts');
  expect(runbook).toContain("onSchedule({ cron: '0 3 * * *', timeZone: 'UTC' }");
  expect(runbook).toContain('kubernetes.nodeReady({ node })');
});

test('in the repository of nightshift itself the test is a scenario, and imports are relative', async () => {
  writeFileSync(join(folder, 'package.json'), '{ "name": "nightshift" }');
  const { code } = await nightshift(['runbook', 'new', 'slow', '--people-only', '--looks-at', 'service']);
  expect(code).toBe(0);
  expect(read('runbooks/slow.ts')).toContain("from '../activities/prometheus/contract.ts'");
  expect(read('test/runbooks/scenarios/slow.ts')).toContain("from '../../../testing/index.ts'");
  expect(read('runbooks/index.ts')).toContain('[a, slowRunbook]');
});

test.each([
  ['a runbook that is there', ['a', '--people-only', '--looks-at', 'node'], 3, 'there is a runbooks/a.ts'],
  ['an id that is none', ['A', '--people-only', '--looks-at', 'node'], 2, 'lower-case words'],
  ['a time that is none', ['b', '--schedule', '61 * * * *', '--looks-at', 'node'], 2, '"61" is no minute'],
  ['two triggers', ['b', '--schedule', '1 * * * *', '--alert', 'B'], 2, 'cannot be used with'],
  ['too little, without a terminal', ['b'], 2, '--alert, --schedule or --people-only, --looks-at'],
])('%s is refused, and nothing is written', async (_what, args, code, message) => {
  writeFileSync(join(folder, 'runbooks', 'a.ts'), '');
  const ran = await nightshift(['runbook', 'new', ...args]);
  expect(ran).toMatchObject({ code, out: '' });
  expect(ran.err).toContain(message);
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual([
    'runbooks',
    'runbooks/a.ts',
    'runbooks/index.ts',
  ]);
  expect(read('runbooks/index.ts')).toBe(CATALOGUE);
});

test('a catalogue of another form is left alone, and the form is named', async () => {
  writeFileSync(join(folder, 'runbooks', 'index.ts'), 'export default [...all];\n');
  const ran = await nightshift(['runbook', 'new', 'b', '--people-only', '--looks-at', 'node']);
  expect(ran).toMatchObject({ code: 1, out: '' });
  expect(ran.err).toContain('export default [firstRunbook, secondRunbook];');
  expect(readdirSync(join(folder, 'runbooks'))).toEqual(['index.ts']);
});

test('outside of a repository of runbooks it says where to go', async () => {
  rmSync(join(folder, 'runbooks'), { recursive: true });
  const ran = await nightshift(['runbook', 'new', 'b']);
  expect(ran).toMatchObject({ code: 4, err: expect.stringContaining('nightshift init our-runbooks') });
});

const many = Array.from({ length: 9 }, (_, i) => `runbookNumber${i}ofMany`);
test.each([
  ['an empty list', 'export default [];\n', "import b from './b.ts';\nexport default [b];\n"],
  [
    'a named list with its type, and an import over lines',
    "import type {\n  R,\n} from 'x';\nconst runbooks: readonly R[] = [a];\nexport default runbooks;\n",
    "import type {\n  R,\n} from 'x';\nimport b from './b.ts';\nconst runbooks: readonly R[] = [a, b];\nexport default runbooks;\n",
  ],
  [
    'a long list has a line for each',
    `export default [${many.join(', ')}];\n`,
    `import b from './b.ts';\nexport default [\n${[...many, 'b'].map((name) => `  ${name},\n`).join('')}];\n`,
  ],
  ['a list with comments', 'export default [\n  a, // first\n];\n', undefined],
  ['no list', 'export default a;\n', undefined],
])('the catalogue: %s', (_what, before, after) => {
  expect(withRunbook(before, { variable: 'b', from: './b.ts' })).toBe(after);
});
