import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDefinitions } from '../../cli/author/check-definitions.ts';
import { checkSource } from '../../cli/author/check-source.ts';
import { z } from 'zod';
import { defineRunbook } from '../../workflows/define-runbook.ts';
import { nightshift } from './command-line.ts';

const ROOT = join(import.meta.dirname, '..', '..');
let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'nightshift-careless-')));
  // A repository of its own, with the packages of this one.
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const compilerOptions = {
    strict: true,
    module: 'nodenext',
    target: 'es2024',
    lib: ['es2024'],
    types: ['node'],
  };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { ...compilerOptions, allowImportingTsExtensions: true, noEmit: true },
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const CARELESS = `import { readFileSync } from 'node:fs';
import { kubernetes } from '${ROOT}/activities/kubernetes/contract.ts';
import { check } from '${ROOT}/workflows/check.ts';

export async function careless(node: string): Promise<string> {
  kubernetes.cordonNode({ node });
  check('It is well', async () => ({ verdict: 'pass', reason: '' }), { within: '1s' });
  const answer = await fetch('http://somewhere');
  const own = { process: 1, fetch: 2 };
  const wrong: number = node;
  return readFileSync(String(own.process + own.fetch + wrong)).toString();
  return answer.text();
}
export default [];
`;

const CARELESS_CATALOGUE = `import { z } from 'zod';
import { defineRunbook } from '${ROOT}/workflows/define-runbook.ts';
export default defineRunbook({
  id: 'careless',
  title: 'Careless',
  owner: 'oncall',
  description: 'For tests.',
  input: z.object({ node: z.string() }),
  run: async ({ nodes }) => nodes,
});
`;

test('names what is wrong in the source, by line, with what to do', () => {
  const file = join(folder, 'index.ts');
  writeFileSync(file, CARELESS);
  const found = checkSource(file);
  expect(found.map(({ line, rule }) => `${line} ${rule}`).sort()).toEqual([
    '1 not-replayable',
    '10 types',
    '12 unreachable',
    '6 never-proposed',
    '7 not-awaited',
    '8 not-replayable',
  ]);
  expect(found.find((f) => f.line === 6)).toMatchObject({
    file: expect.stringMatching(/index\.ts$/),
    remedy: 'put it into the list of propose()',
  });
}, 120_000);

test('names what is wrong in the definitions', () => {
  const runbook = (input: z.ZodType) =>
    defineRunbook({
      ...{ id: 'a', title: 'A', owner: 'oncall', description: 'For tests.', input },
      run: async () => undefined,
    });
  const found = checkDefinitions([runbook(z.object({ at: z.date() })), runbook(z.object({}))]);
  expect(found.map((f) => `${f.severity} ${f.rule}`)).toEqual([
    'error schema',
    'hint no-trigger',
    'error same-id',
    'hint no-trigger',
  ]);
});

test('the command names each by file and line, and fails for errors only', async () => {
  const clean = await nightshift(['runbook', 'check', '--runbooks', 'test/cli/fixtures/runbooks.ts']);
  expect(clean).toEqual({ code: 0, out: '1 runbook, 0 findings.\n', err: '' });
  const file = join(folder, 'careless.ts');
  writeFileSync(file, CARELESS_CATALOGUE);
  const careless = await nightshift(['runbook', 'check', '--runbooks', file, '-o', 'json']);
  expect(careless).toMatchObject({
    code: 1,
    err: expect.stringContaining('1 finding must be mended before these runbooks are deployed'),
  });
  expect((JSON.parse(careless.out) as { findings: unknown }).findings).toMatchObject([
    { line: 4, severity: 'hint', rule: 'no-trigger' },
    { line: 9, severity: 'error', rule: 'types' },
  ]);
}, 120_000);
