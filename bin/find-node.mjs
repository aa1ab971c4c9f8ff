// Runs on Node 20: plain JavaScript, no dependencies.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Type stripping and what the libraries need; package.json "engines" says the same. */
const NEEDED = [22, 19];

/**
 * A Node that can run nightshift: the one we run on, else the npm package `node` beside us.
 * @param {string} root the package's folder
 * @returns {string | undefined} its path
 */
export function findNode(root) {
  if (isEnough(process.versions.node)) return process.execPath;
  return candidates(root).find((path) => existsSync(path) && isEnough(versionOf(path)));
}

/** What to tell a person when there is none. */
export function noNodeMessage() {
  return [
    `nightshift needs Node ${NEEDED.join('.')} or newer; this is Node ${process.versions.node} (${process.execPath}).`,
    'Install a newer one from https://nodejs.org, or put one beside nightshift: npm install --save-dev node@24',
  ].join('\n');
}

/** @param {string | undefined} version for example 24.21.0 */
export function isEnough(version) {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

function candidates(root) {
  const paths = [
    join(root, 'node_modules', 'node', 'bin', 'node'),
    join(root, 'node_modules', '.bin', 'node'),
  ];
  try {
    // An installed nightshift finds the package `node` of the project that it is installed in.
    paths.push(
      join(dirname(createRequire(join(root, 'package.json')).resolve('node/package.json')), 'bin', 'node'),
    );
  } catch {
    // That project has none.
  }
  return paths;
}

function versionOf(path) {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return stdout?.trim().replace(/^v/, '');
}
