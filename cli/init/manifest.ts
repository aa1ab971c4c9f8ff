import { basename } from 'node:path';
import type { OwnPackage } from './own-package.ts';

/** What tests and types of runbooks need, at the versions that nightshift itself is tested with. */
const TOOLS = [
  '@jest/globals',
  '@swc/core',
  '@swc/jest',
  '@types/node',
  'eslint',
  'jest',
  'typescript',
  'typescript-eslint',
] as const;

/** The package.json of a repository of runbooks. `nightshift`: the version, or `file:` and where its archive is. */
export function manifestFor(
  folder: string,
  { own, nightshift }: { readonly own: OwnPackage; readonly nightshift: string },
): object {
  return {
    name: packageName(basename(folder)),
    private: true,
    type: 'module',
    engines: own.engines,
    scripts: {
      types: 'tsc --noEmit',
      check: 'nightshift runbook check',
      test: 'node --experimental-vm-modules --no-warnings node_modules/jest/bin/jest.js',
      verify: 'npm run types && npm run check && npm test',
      up: 'nightshift up --config nightshift.config.ts',
    },
    dependencies: { [own.name]: nightshift, zod: own.dependencies['zod'] },
    devDependencies: Object.fromEntries(TOOLS.map((tool) => [tool, own.devDependencies[tool]])),
  };
}

/** A folder's name as npm takes it; never that of nightshift, which a package could not depend on then. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name === '' || name === 'nightshift' ? 'runbooks' : name;
}
