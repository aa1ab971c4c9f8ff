#!/usr/bin/env node
// `npm run build`, and what `npm pack` runs first: dist/ is the compiled sources with everything that they read at run
// time (manifests, the lab's Go program, pinned modules, the host program) at the same place beside them.
import { cpSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './package-root.mjs';
import { runChild } from './run-child.mjs';

const PROJECT = join(ROOT, 'tsconfig.build.json');
const DIST = join(ROOT, 'dist');

async function build() {
  // What is left of a source that was removed must not be packed.
  rmSync(DIST, { recursive: true, force: true });
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const code = await runChild(process.execPath, [tsc, '-p', PROJECT], { cwd: ROOT });
  if (code !== 0) return code;
  const { include } = JSON.parse(readFileSync(PROJECT, 'utf8'));
  for (const folder of include)
    cpSync(join(ROOT, folder), join(DIST, folder), { recursive: true, filter: isFolderOrAsset });
  return 0;
}

const isFolderOrAsset = (path) => !path.endsWith('.ts') || statSync(path).isDirectory();

process.exitCode = await build();
