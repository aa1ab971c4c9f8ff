/**
 * ESLint for runbooks: `import nightshift from 'nightshift/eslint'`, and `export default [...nightshift]` in
 * eslint.config.mjs. It looks at `runbooks/` and `steps/`, with the types of the repository's tsconfig.json.
 */
import type { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { endlessLoop } from './endless-loop.ts';
import { imports } from './imports.ts';
import { plansAreUsed } from './plans-are-used.ts';
import { replayable } from './replayable.ts';

export const plugin: ESLint.Plugin = {
  meta: { name: 'nightshift' },
  rules: { replayable, imports, 'plans-are-used': plansAreUsed, 'endless-loop': endlessLoop },
};

/** For runbooks: what a run's sandbox cannot do, and what is forgotten easily. */
export const runbookRules: Linter.RulesRecord = {
  'nightshift/replayable': 'error',
  'nightshift/imports': 'error',
  'nightshift/plans-are-used': 'error',
  'nightshift/endless-loop': 'error',
  'no-unreachable': 'error',
};

/** For all code that waits: a promise that nobody awaits fails for nobody. */
const awaited: Linter.RulesRecord = {
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/await-thenable': 'error',
};

const config: Linter.Config[] = [
  {
    name: 'nightshift/awaited',
    files: ['runbooks/**/*.ts', 'steps/**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true },
    },
    plugins: { '@typescript-eslint': tseslint.plugin as unknown as ESLint.Plugin },
    rules: awaited,
  },
  {
    name: 'nightshift/runbooks',
    files: ['runbooks/**/*.ts'],
    plugins: { nightshift: plugin },
    rules: runbookRules,
  },
];
export default config;
