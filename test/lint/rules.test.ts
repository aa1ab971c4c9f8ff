/** The rules as an author meets them: a module of runbooks, and what is said of it, by line. */
import { expect, test } from '@jest/globals';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { plugin, runbookRules } from '../../lint/index.ts';

const said = (code: string, rules: Linter.RulesRecord = runbookRules): string[] =>
  new Linter({ cwd: '/team' })
    .verify(
      code,
      {
        files: ['**/*.ts'],
        languageOptions: { parser: tseslint.parser },
        plugins: { nightshift: plugin },
        rules,
      },
      { filename: '/team/runbooks/careless.ts' },
    )
    .map(({ line, ruleId, message }) => `${line} ${ruleId ?? message}`);

const module = (lines: string): string =>
  `import { approve, carryOut, propose, putBack } from 'nightshift';\n${lines}`;

test('what answers the same when a run is told again may be used', () => {
  expect(
    said(`import { inspect } from 'node:util';
      import type { Stats } from 'node:fs';
      interface Buffer { size: number }
      export const now = (stats: Stats, buffer: Buffer) => {
        const own = { process: 1, crypto: 2 };
        setTimeout(() => {}, 10);
        return [Date.now(), Math.random(), new Date(), new URL('http://a'), own.process, inspect(stats), buffer];
      };`),
  ).toEqual([]);
});

test('modules and globals that a run’s sandbox does not have are named with what to do instead', () => {
  const found = said(`import { readFileSync } from 'node:fs';
    export const careless = async () => [
      await fetch('http://a'),
      process.env.HOME,
      crypto.randomUUID(),
      readFileSync('a'),
    ];`);
  expect(found).toEqual([1, 3, 4, 5].map((line) => `${line} nightshift/replayable`));
});

test('a runbook imports nightshift, zod, its own modules and contracts', () => {
  const found = said(`import { z } from 'zod';
    import { kubernetes } from 'nightshift/kubernetes';
    import { flags } from '../steps/flags/contract.ts';
    import { shared } from './shared/look.ts';
    import type { Client } from '../steps/flags/client.ts';
    import { createFlagClient } from '../steps/flags/client.ts';
    import axios from 'axios';
    import { stage } from 'nightshift/testing';
    export default [z, kubernetes, flags, shared, createFlagClient, axios, stage] as unknown as Client;`);
  expect(found).toEqual([6, 7, 8].map((line) => `${line} nightshift/imports`));
});

test('packages of pure code and further modules are named in the options', () => {
  const options = { packages: ['semver'], modules: ['/procedures/'] };
  expect(
    said(
      `import { gt } from 'semver/functions/gt';
      import { drained } from '../procedures/drained.ts';
      export default [gt, drained];`,
      { 'nightshift/imports': ['error', options] },
    ),
  ).toEqual([]);
});

test('a plan that nobody is asked about is found', () => {
  const found = said(
    module(`export async function run() {
      await propose('A', []);
      const forgotten = await propose('B', []);
      const plan = await propose('C', []);
      const granted = await approve(plan, {});
      await carryOut(granted);
      await putBack(granted);
      return carryOut(await approve(await propose('D', []), {}));
    }`),
  );
  expect(found).toEqual([3, 4].map((line) => `${line} nightshift/plans-are-used`));
});

test('to look whether there is a plan is not to ask for it', () => {
  const found = said(
    module(`export async function run() {
      const one = await propose('A', [], { onFailure: 'continue' });
      if (!one.ok) return one.message;
      const two = await propose('B', [], { onFailure: 'continue' });
      if (two.ok) await carryOut(await approve(two.value, {}));
    }`),
  );
  expect(found).toEqual(['3 nightshift/plans-are-used']);
});

test('a grant that is only put back, or thrown away, was never carried out', () => {
  const found = said(
    module(`export async function run(plan) {
      await approve(plan, {});
      const granted = await approve(plan, {});
      await putBack(granted);
      const kept = { granted: await approve(plan, {}) };
      return kept;
    }`),
  );
  expect(found).toEqual([3, 4].map((line) => `${line} nightshift/plans-are-used`));
});

test('functions of the same name that are not nightshift’s are left alone', () => {
  expect(
    said(`import { propose } from './mine.ts';\nexport const run = async () => { await propose('A'); };`),
  ).toEqual([]);
});

test('whatever a rule finds in a runbook fails the check', () => {
  expect(new Set(Object.values(runbookRules))).toEqual(new Set(['error']));
});

test.each([
  ['for (;;) { await step(); }', 1],
  ['while (true) { await step(); for (const a of list) { if (a) break; } }', 1],
  ['do { await step(); list.map(() => { return 1; }); } while (true);', 1],
  ['for (;;) { await runRunbook(one, {}); await step(); }', 1],
  ['for (;;) { await runRunbook(one, {}); }', 0],
  ['for (;;) { if (await step()) break; }', 0],
  ['outer: for (;;) { for (const a of list) { await step(); if (a) break outer; } }', 0],
  ['outer: for (const a of list) { for (;;) { if (await step(a)) break outer; } }', 0],
  ['outer: for (const a of list) { for (;;) { if (await step(a)) continue outer; } }', 0],
  ['own: for (;;) { for (const a of list) { if (await step(a)) continue own; } }', 1],
  ['for (;;) { inner: for (const a of list) { await step(); if (a) break inner; } }', 1],
  ['for (;;) for (const a of list) { await step(); if (a) break; }', 1],
  ['while (true) { if (await step()) return 1; }', 0],
  ['for (const a of list) { await step(a); }', 0],
  ['while (more) { await step(); }', 0],
  ['for (;;) { list.pop(); if (!list.length) break; }', 0],
])('a loop that nothing ends: %s', (loop, times) => {
  const code = `export async function run(step, list, more, runRunbook, one) { ${loop} }`;
  expect(said(code)).toEqual(Array.from({ length: times }, () => '1 nightshift/endless-loop'));
});
