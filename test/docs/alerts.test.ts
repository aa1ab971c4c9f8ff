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
  expect(page).toMatch(
    /asks\*\*: `payments-oncall`, for 10 minutes, then also `platform-oncall`, for as long again, then silence is a no/,
  );
});

test('what each looks for in logs is there: its own, and not that of a runbook that it starts', () => {
  const chapters = new Map(
    alertsPage()
      .split('\n## ')
      .map((text) => [text.split('\n')[0]!, text]),
  );
  const line = (id: string, name: string) =>
    new RegExp(`^- \\*\\*${name}\\*\\*: (.*)$`, 'm').exec(chapters.get(id)!)?.[1];
  expect(line('pods-crash-on-one-node', 'looks for in logs')).toMatch(/ECONNREFUSED/);
  expect(line('bad-gateway-behind-sidecar', 'looks for in logs')).toMatch(/no live upstreams/);
  expect(line('dns-failure', 'looks for in logs')).toMatch(/SERVFAIL/);
  expect(line('node-not-ready', 'looks for in logs')).toMatch(/kubelet/i);
  expect(line('error-rate-triage', 'looks for in logs')).toMatch(/no space left on device/);
  expect(line('error-rate-triage', 'looks for in logs')).not.toMatch(/dial tcp/);
  expect(line('error-rate-triage', 'may start')).toContain(
    '[`pods-crash-on-one-node`](#pods-crash-on-one-node)',
  );
  expect(line('error-rate-triage', 'looks at')).toContain('`loki.patterns`');
  expect(line('slow-requests', 'asks Loki')).toContain(
    '`{$namespace=…} \\| json \\| … > … \\| __error__=""`',
  );
});
