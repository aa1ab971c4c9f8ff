import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';

const folder = (type) => ({ type, pattern: `${type}/**`, mode: 'full' });
const FOLDERS = [
  'runbooks',
  'workflows',
  'ledger',
  'worker',
  'gateway',
  'cli',
  'config',
  'embedded',
  'lab',
  'bench',
  'test',
];

/** Which module may import a library that belongs to one room of the house. */
const only = (libraries, folders) => ({
  ignores: [...folders.map((f) => `${f}/**`), 'test/**', 'bench/**'],
  files: ['**/*.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [{ group: libraries, message: `belongs to ${folders.join(', ')} (DESIGN: the house)` }] },
    ],
  },
});

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**', 'lab/**/*.mjs'] },
  ...tseslint.configs.recommendedTypeChecked.map((c) => ({ ...c, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { boundaries },
    settings: {
      'import/resolver': { typescript: { project: './tsconfig.json' } },
      'boundaries/elements': [
        { type: 'kit', pattern: 'activities/kit/**', mode: 'full' },
        { type: 'contract', pattern: 'activities/*/contract.ts', mode: 'full' },
        { type: 'contract', pattern: 'activities/*/contract/**', mode: 'full' },
        { type: 'host-program', pattern: 'activities/hosts/helper/**', mode: 'full' },
        { type: 'activities', pattern: 'activities/**', mode: 'full' },
        { type: 'messages', pattern: 'workflows/messages.ts', mode: 'full' },
        // What a runbook declares (triggers, input): data that the gateway reads without the engine.
        { type: 'messages', pattern: 'workflows/define-runbook.ts', mode: 'full' },
        ...FOLDERS.map(folder),
        { type: 'root', pattern: '*.ts', mode: 'full' },
      ],
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
      'boundaries/element-types': [
        'error',
        {
          default: 'disallow',
          rules: [
            { from: ['kit'], allow: ['kit'] },
            { from: ['contract'], allow: ['kit', 'contract'] },
            { from: ['host-program'], allow: ['host-program'] },
            { from: ['activities'], allow: ['kit', 'contract', 'host-program', 'activities'] },
            { from: ['messages'], allow: ['kit', 'messages'] },
            { from: ['workflows'], allow: ['kit', 'contract', 'workflows', 'messages'] },
            { from: ['runbooks'], allow: ['kit', 'contract', 'workflows', 'runbooks'] },
            { from: ['ledger'], allow: ['kit', 'ledger', 'messages'] },
            { from: ['config'], allow: ['kit', 'config', 'contract', 'messages'] },
            {
              from: ['worker'],
              allow: [
                'kit',
                'contract',
                'activities',
                'workflows',
                'messages',
                'runbooks',
                'ledger',
                'config',
                'worker',
              ],
            },
            {
              from: ['gateway'],
              allow: ['kit', 'contract', 'messages', 'runbooks', 'ledger', 'config', 'gateway'],
            },
            { from: ['embedded'], allow: ['embedded'] },
            { from: ['lab'], allow: ['embedded', 'host-program', 'lab'] },
            {
              from: ['cli'],
              allow: [
                'kit',
                'messages',
                'host-program',
                'ledger',
                'config',
                'gateway',
                'embedded',
                'lab',
                'cli',
              ],
            },
            { from: ['test', 'bench', 'root'], allow: ['*'] },
          ],
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  only(['@kubernetes/client-node'], ['activities/kubernetes']),
  only(['ssh2'], ['activities/hosts']),
  only(['pg', 'kysely'], ['ledger']),
  only(['@temporalio/*'], ['workflows', 'worker', 'gateway']),
);
