import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './run-child.mjs';

/**
 * Makes node_modules what package-lock.json says, with `npm ci` when it is not. A stamp with the lock file's hash keeps
 * the usual case at no cost.
 * @param {string} root the package's folder
 * @returns {Promise<boolean>} false: it failed, and the person was told what to do
 */
export async function installDependencies(root) {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = join(root, 'node_modules', '.nightshift-lock-hash');
  const hash = createHash('sha256').update(lock).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return true;
  const difference = differenceTo(JSON.parse(lock), join(root, 'node_modules', '.package-lock.json'));
  if (difference) {
    console.log(`Installing npm packages (npm ci): ${difference}.`);
    const code = await runChild('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root });
    if (code !== 0) {
      console.error(
        [
          `npm ci failed with exit code ${code}. What to do:`,
          '  no network, or a registry that refuses: look at `npm config get registry` and try again',
          '  "package.json and package-lock.json are not in sync": npm install, and commit package-lock.json',
          '  anything else: remove node_modules and run npm ci by hand',
        ].join('\n'),
      );
      return false;
    }
  }
  writeFileSync(stamp, hash);
  return true;
}

/**
 * The first thing in which the installed packages differ from the lock file; undefined when they do not. npm writes
 * what it installed to node_modules/.package-lock.json.
 */
function differenceTo(lock, installedFile) {
  if (!existsSync(installedFile)) return 'node_modules is missing';
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages ?? {};
  for (const [path, wanted] of Object.entries(lock.packages)) {
    if (path === '' || wanted.link) continue;
    const found = installed[path];
    if (!found && (wanted.optional || wanted.devOptional || wanted.peer)) continue;
    if (found?.version !== wanted.version)
      return `${path} is ${found?.version ?? 'missing'}, locked is ${wanted.version}`;
  }
  return undefined;
}
