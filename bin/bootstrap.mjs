#!/usr/bin/env node
// What `npm start`, `npm test`, `npm run verify` and `npm run bench` run. Starts on Node 20, so it is plain JavaScript:
// it installs what package-lock.json says, which brings a newer Node, and goes on with that.
import { delimiter, join } from 'node:path';
import { installDependencies } from './dependencies.mjs';
import { findNode, noNodeMessage } from './find-node.mjs';
import { ROOT } from './package-root.mjs';
import { runBeside } from './run-beside.mjs';
import { runChild } from './run-child.mjs';
import { runTests } from './run-tests.mjs';
import { durationTable } from './steps.mjs';

const CHECKS = ['check:format', 'check:lint', 'check:types', 'check:unused'];
const USAGE = 'Usage: node bin/bootstrap.mjs start | test [--yes] | verify | bench';

const commands = {
  start: (args, run) => run('node', ['cli/main.ts', 'start', ...args]),
  bench: (args, run) => run('node', ['bench/main.ts', ...args]),
  test: (args, run) => runTests({ args, run, checks: CHECKS }),
  async verify(_args, run) {
    const started = Date.now();
    const results = await runBeside(
      [['test:unit'], CHECKS],
      (script, output) => run('npm', ['run', '--silent', script], { output }),
      process.stdout,
    );
    console.log(`\n${durationTable(results, (Date.now() - started) / 1000)}`);
    const failed = results.filter(({ code }) => code !== 0).map(({ script }) => script);
    if (failed.length > 0) console.log(`Failed: ${failed.join(', ')}. Alone: npm run ${failed[0]}`);
    return failed.length === 0 ? 0 : 1;
  },
};

async function main([name, ...args]) {
  const command = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined;
  if (!command) {
    console.error(USAGE);
    return 2;
  }
  if (!(await installDependencies(ROOT))) return 1;
  if (!findNode(ROOT)) {
    console.error(noNodeMessage());
    return 1;
  }
  const PATH = [join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH };
  return command(args, (program, programArgs, options) =>
    runChild(program, programArgs, { ...options, cwd: ROOT, env }),
  );
}

process.exitCode = await main(process.argv.slice(2));
