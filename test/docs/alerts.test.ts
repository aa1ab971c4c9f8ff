import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { alertsPage, ALERTS_FILE } from '../../docs/generate-alerts.ts';
import runbooks from '../../runbooks/index.ts';

test('docs/alerts.md says what the runbooks say: run "node docs/generate-runbooks.ts" when it does not', async () => {
  expect(await readFile(ALERTS_FILE, 'utf8')).toBe(alertsPage());
});

test('every alert has its runbook, with what it looks at and whom it asks', () => {
  const page = alertsPage();
  for (const { id, triggers } of runbooks) {
    if (triggers.length === 0) continue;
    const chapter = page.split(`\n## ${id}\n`)[1]?.split('\n## ')[0];
    expect(chapter).toMatch(/^- \*\*looks at\*\*: \[`/m);
    expect(chapter).toMatch(/^- \*\*asks\*\*: /m);
  }
  expect(page).toMatch(/asks\*\*: `payments-oncall`, for 10 minutes, then also `platform-oncall`/);
  expect(page).toContain('**expects in logs**');
});
