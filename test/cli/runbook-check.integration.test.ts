import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askPolicy } from '../../cli/author/ask-policy.ts';
import { authorProgram } from '../../cli/author/author-program.ts';
import { checkDefinitions } from '../../cli/author/check-definitions.ts';
import { checkSource } from '../../cli/author/check-source.ts';
import { parseConfig } from '../../config/index.ts';
import { z } from 'zod';
import { defineRunbook, onAlert } from '../../workflows/define-runbook.ts';
import { nightshift } from './command-line.ts';
import { screenOf } from './render/samples.ts';

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
import { defineRunbook, onAlert } from '${ROOT}/workflows/define-runbook.ts';
export default defineRunbook({
  id: 'careless',
  title: 'Careless',
  owner: 'oncall',
  description: 'For tests.',
  input: z.object({ node: z.string() }),
  run: async ({ nodes }) => nodes,
});
`;

const TRIGGERS = "triggers: [{ on: 'alert', match: { alertname: 'A' }, input: () => ({ node: 'a' }) }],";

test('names what is wrong in the source, by line, with what to do', () => {
  const file = join(folder, 'index.ts');
  writeFileSync(file, CARELESS);
  const found = checkSource(authorProgram(file));
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
});

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

const CATALOGUE_WITH_CHANGES = `import { z } from 'zod';
import { kubernetes as k8s } from '${ROOT}/activities/kubernetes/contract.ts';
import { defineRunbook } from '${ROOT}/workflows/define-runbook.ts';
import { carryOut } from '${ROOT}/workflows/carry-out.ts';
import { approve } from '${ROOT}/workflows/approve.ts';
import { propose } from '${ROOT}/workflows/propose.ts';
import { evictions } from './evictions.ts';

export default defineRunbook({
  id: 'changes',
  title: 'Changes',
  owner: 'oncall',
  description: 'For tests.',
  input: z.object({ node: z.string() }),
  async run({ node }) {
    const plan = await propose('Away', [k8s.cordonNode({ node }), ...evictions([])]);
    await carryOut(await approve(plan, { from: 'oncall', within: '1 minute' }));
  },
});
`;
const EVICTIONS = `import { kubernetes } from '${ROOT}/activities/kubernetes/contract.ts';
type Pod = Parameters<typeof kubernetes.deletePod>[0];
export const evictions = (pods: Pod[]) => pods.map(kubernetes.deletePod);
`;

const runbook = defineRunbook({
  ...{ id: 'r', title: 'R', owner: 'oncall', description: 'For tests.', input: z.object({}) },
  triggers: [onAlert({ alertname: 'A' }, () => ({}))],
  run: async () => undefined,
});
const CORDON = { name: 'kubernetes.cordonNode', risk: 'reversible' } as const;
const configured = (more: object) =>
  parseConfig({
    ...{
      deployment: 'test',
      development: true,
      stateDir: '/nonexistent',
      database: { url: { env: 'DATABASE_URL' } },
    },
    people: { ana: { name: 'Ana', roles: ['oncall'] }, bo: { name: 'Bo', roles: ['lead'] } },
    ...more,
  });
const cordon = { when: { steps: ['kubernetes.cordonNode'] } };

test('the policy says of each change who grants it', () => {
  const [standing] = askPolicy(configured({}), runbook, [CORDON]);
  expect(standing).toMatchObject({
    verdict: 'people',
    answers: [
      { when: 'asked by a person', because: '1' },
      { when: 'signed alert', because: '1' },
    ],
  });
  const granting = configured({
    policy: [{ rule: 'cordons', ...cordon, then: 'grant' }],
    alertSources: { alertmanager: { unauthenticated: true } },
  });
  expect(askPolicy(granting, runbook, [CORDON])).toMatchObject([
    {
      verdict: 'depends',
      answers: [
        { when: 'asked by a person', verdict: 'granted', because: 'cordons' },
        { when: 'unsigned alert', verdict: 'people', because: '1' },
      ],
    },
  ]);
});

test.each([
  [
    'more people than there are',
    { people: 3 },
    {},
    'it wants 3 people, and 2 of those in the configuration may count',
  ],
  [
    'a role that too few hold',
    { people: 1, of: { lead: 2 } },
    {},
    'it wants 2 of lead, and 1 hold that role',
  ],
  ['everybody but the requester', { people: 2, except: ['requester'] }, {}, 'it wants 2 people, and 1'],
  ['an author whom nobody has named', { people: 1, except: ['author'] }, {}, 'add it under runbookAuthors'],
  [
    'other eyes than the only lead’s',
    { people: 1, of: { lead: 1 }, except: ['author'] },
    { runbookAuthors: { r: 'bo' } },
    'it wants 1 of lead, and 0 hold that role',
  ],
])('a policy that nobody can satisfy refuses: %s', (_what, then, more, because) => {
  const config = configured({ policy: [{ rule: 'cordons', ...cordon, then }], ...more });
  const [standing] = askPolicy(config, runbook, [CORDON]);
  expect(standing).toMatchObject({ verdict: 'refused' });
  expect(standing?.answers[0]?.because).toContain(because);
});

test('the command shows what the policy says of each change, and fails for what nobody can ever grant', async () => {
  writeFileSync(join(folder, 'evictions.ts'), EVICTIONS);
  const file = join(folder, 'changes.ts');
  writeFileSync(file, CATALOGUE_WITH_CHANGES);
  const config = join(folder, 'nightshift.config.json');
  writeFileSync(
    config,
    JSON.stringify({
      ...{ deployment: 'test', stateDir: 'state', database: { url: { env: 'DATABASE_URL' } } },
      people: { ana: { name: 'Ana', roles: ['sre'] } },
      policy: [{ rule: 'cordons', ...cordon, then: { people: 2 } }],
    }),
  );
  const { code, out, err } = await nightshift(['runbook', 'check', '--runbooks', file, '--config', config], {
    io: { screen: () => screenOf(160) },
  });
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('1 finding must be mended') });
  const why = 'it wants 2 people, and 1 of those in the configuration may count';
  expect(out).toContain(
    `error: nobody can ever grant kubernetes.cordonNode under the present policy: ${why}`,
  );
  expect(out).toMatch(/changes +kubernetes\.cordonNode +reversible +refused: it wants 2 people/);
  expect(out).toMatch(/changes +kubernetes\.deletePod +disruptive +1 person/);
  expect(out).toMatch(/changes\.ts:10 hint: its owner "oncall" is nobody in the configuration/);
});

test('the command names each by file and line, and fails for errors only', async () => {
  writeFileSync(
    join(folder, 'clean.ts'),
    CARELESS_CATALOGUE.replaceAll('nodes', 'node').replace('run:', `${TRIGGERS} run:`),
  );
  const clean = await nightshift(['runbook', 'check', '--runbooks', join(folder, 'clean.ts')]);
  expect(clean).toEqual({
    code: 0,
    out: expect.stringMatching(
      /^Not linted: ESLint has no configuration; write .*\nThe policy was not asked: .*--config\n1 runbook, 0 findings\.\n$/,
    ),
    err: '',
  });
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
});
