#!/usr/bin/env node
// Runs on Node 20: finds a newer one and starts the command line with it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findNode, noNodeMessage } from './find-node.mjs';
import { ROOT } from './package-root.mjs';
import { runChild } from './run-child.mjs';

const source = join(ROOT, 'cli', 'main.ts');
const entry = existsSync(source) ? source : join(ROOT, 'dist', 'cli', 'main.js');
const node = findNode(ROOT);

if (!node) {
  console.error(noNodeMessage());
  process.exitCode = 1;
} else if (node === process.execPath) {
  await import(pathToFileURL(entry).href);
} else {
  process.exitCode = await runChild(node, [
    '--disable-warning=ExperimentalWarning',
    entry,
    ...process.argv.slice(2),
  ]);
}
