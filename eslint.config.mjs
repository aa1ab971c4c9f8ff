import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';
import { plugin as nightshift, runbookRules } from './lint/index.ts';

/** Rooms of the house, the more particular ones first: a file belongs to the first that fits. */
const ROOMS = [
  ['kit', 'activities/kit/**'],
  // What requests over HTTP have in common, whoever sends them.
  ['http', 'activities/http/**'],
  ['contract', 'activities/*/contract.ts'],
  ['contract', 'activities/*/contract/**'],
  ['host-program', 'activities/hosts/helper/**'],
  ['host-self-test', 'activities/hosts/self-test/**'],
  ['ssh', 'activities/hosts/ssh/**'],
  ['activities', 'activities/**'],
  ['messages', 'workflows/messages.ts'],
  // What a runbook declares (triggers, input): data that the gateway reads without the engine.
  ['messages', 'workflows/define-runbook.ts'],
  ['messages', 'workflows/on-schedule.ts'],
  ['messages', 'workflows/cron.ts'],
  ['messages', 'workflows/reminder-time.ts'],
  // What the terms of a question mean: pure, the same for engine, worker, gateway and command line.
  ['messages', 'workflows/quorum.ts'],
  ['messages', 'workflows/more-time.ts'],
  ['messages', 'workflows/agreement.ts'],
  // What worker and gateway both say to Temporal, about versions and which one it is.
  ['messages', 'workflows/worker-deployment.ts'],
  ['messages', 'workflows/temporal-identity.ts'],
  // The graph of a run from its journal: pure, the same for the command line and the kit for tests.
  ['drawing', 'cli/graph/**'],
  ['drawing', 'cli/render/layout.ts'],
  ...[
    'runbooks',
    'workflows',
    'ledger',
    'worker',
    'gateway',
    'cli',
    'config',
    'embedded',
    'lab',
    'lint',
    'bench',
    'docs',
    'testing',
    'test',
  ].map((room) => [room, `${room}/**`]),
  ['root', '*.ts'],
];

/** Arrows point one way (DESIGN: the house). */
const ARROWS = {
  kit: [],
  contract: ['kit'],
  'host-program': [],
  'host-self-test': ['kit', 'ssh', 'activities'],
  ssh: ['kit'],
  http: ['kit'],
  activities: ['kit', 'contract', 'host-program', 'ssh', 'http'],
  messages: ['kit'],
  workflows: ['kit', 'contract', 'messages'],
  runbooks: ['kit', 'contract', 'workflows', 'messages'],
  drawing: ['kit', 'messages'],
  ledger: ['kit', 'messages'],
  config: ['kit', 'contract', 'messages'],
  worker: ['kit', 'contract', 'activities', 'ssh', 'workflows', 'messages', 'runbooks', 'ledger', 'config'],
  gateway: ['kit', 'contract', 'messages', 'http', 'runbooks', 'ledger', 'config'],
  embedded: [],
  lab: ['embedded', 'host-program'],
  lint: [],
  cli: [
    'kit',
    'contract',
    'messages',
    'drawing',
    'host-program',
    'host-self-test',
    'ssh',
    'ledger',
    'config',
    'gateway',
    'embedded',
    'lab',
    'lint',
  ],
  docs: ['kit', 'contract', 'runbooks', 'workflows', 'lab'],
  testing: [
    'kit',
    'contract',
    'messages',
    'drawing',
    'workflows',
    'worker',
    'gateway',
    'ledger',
    'config',
    'embedded',
  ],
  bench: ROOMS.map(([room]) => room),
  test: ROOMS.map(([room]) => room),
  root: ROOMS.map(([room]) => room),
};

/** Libraries that belong to one room only. */
const OWNED = [
  { libraries: ['@kubernetes/client-node'], files: ['activities/kubernetes/**'] },
  { libraries: ['ssh2'], files: ['activities/hosts/**'] },
  { libraries: ['pg', 'kysely'], files: ['ledger/**', 'testing/**'] },
  {
    libraries: ['@temporalio/*'],
    files: ['workflows/**', 'worker/**', 'gateway/temporal-*.ts', 'testing/**'],
  },
];
const OWNERS = [...new Set(OWNED.flatMap((o) => o.files))];

/** One rule a place, since of two settings of the same rule only the later counts. */
const forbid = (files, ignores, owned) => ({
  files,
  ignores,
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: owned.map(({ libraries, files: owners }) => ({
          group: libraries,
          message: `belongs to ${owners.join(', ')} (DESIGN: the house)`,
        })),
      },
    ],
  },
});

const types = (rooms) => rooms.map((type) => ({ element: { type } }));

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**'] },
  ...tseslint.configs.recommendedTypeChecked.map((c) => ({ ...c, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { boundaries },
    settings: {
      'import/resolver': { typescript: { project: './tsconfig.json' } },
      // `mode: 'full'`, though deprecated: with `partialMatch: false` a pattern of a single file matches nothing.
      'boundaries/elements': ROOMS.map(([type, pattern]) => ({ type, pattern, mode: 'full' })),
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: Object.entries(ARROWS).map(([room, allowed]) => ({
            from: { element: { type: room } },
            allow: { to: types([room, ...allowed]) },
          })),
        },
      ],
    },
  },
  {
    // What `nightshift/eslint` says of a team's runbooks; here the engine is a folder, and so is the kit.
    files: ['runbooks/**/*.ts'],
    plugins: { nightshift },
    rules: {
      ...runbookRules,
      'nightshift/imports': ['error', { modules: ['/workflows/index\\.ts$', '/activities/kit/index\\.ts$'] }],
    },
  },
  {
    // These lines are there because they must not compile.
    files: ['test/**/*.types.test.ts'],
    rules: { '@typescript-eslint/await-thenable': 'off' },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  forbid(['**/*.ts'], ['test/**', 'bench/**', ...OWNERS], OWNED),
  ...OWNERS.map((owner) =>
    forbid(
      [owner],
      [],
      OWNED.filter((o) => !o.files.includes(owner)),
    ),
  ),
);
