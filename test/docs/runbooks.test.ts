import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { runbooksPage, RUNBOOKS_FILE } from '../../docs/generate-runbooks.ts';
import { SCENARIOS } from '../../lab/scenarios/index.ts';
import runbooks from '../../runbooks/index.ts';

test('docs/runbooks.md says what the catalogue says: run "node docs/generate-runbooks.ts" when it does not', async () => {
  expect(await readFile(RUNBOOKS_FILE, 'utf8')).toBe(runbooksPage());
});

test('a scenario of the lab is for a runbook that there is', () => {
  expect(runbooks.map((r) => r.id)).toEqual(expect.arrayContaining(Object.keys(SCENARIOS)));
});
