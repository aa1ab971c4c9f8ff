import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { stepsPage, STEPS_FILE } from '../../docs/generate-steps.ts';

test('docs/steps.md says what the contracts say: run "node docs/generate-steps.ts" when it does not', async () => {
  expect(await readFile(STEPS_FILE, 'utf8')).toBe(stepsPage());
});

test('it has every step with its effect, and says what it takes', () => {
  const page = stepsPage();
  expect(page).toContain('| [`kubernetes.cordonNode`](#kubernetescordonnode) | change, reversible |');
  expect(page).toContain('### hosts.setServiceLimit');
  expect(page).toContain('memoryMax: string or null');
});
