/**
 * `node docs/generate-runbooks.ts` writes docs/runbooks.md, the catalogue, from the runbooks themselves, and the page of
 * their alerts with it. test/docs/runbooks.test.ts fails when the file is older than they are.
 */
import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { SCENARIOS } from '../lab/scenarios/index.ts';
import runbooks from '../runbooks/index.ts';
import type { RunbookDefinition } from '../workflows/index.ts';
import { ALERTS_FILE, alertsPage } from './generate-alerts.ts';

export const RUNBOOKS_FILE = new URL('./runbooks.md', import.meta.url);

const INTRODUCTION = `# Runbooks

Generated from the catalogue by \`node docs/generate-runbooks.ts\`; do not edit.

Each is one file in [\`runbooks/\`](../runbooks). It reads first, says what it found, changes nothing without a yes to the exact plan, and hands over what it found where its story does not fit. \`nightshift try RUNBOOK\` shows its plans and changes nothing; \`nightshift lab break SCENARIO\` makes the fault in the lab, and with \`nightshift lab up --kube-proxy daemonset\` kube-proxy is a DaemonSet there instead of a systemd unit.`;

export function runbooksPage(): string {
  const rows = runbooks.map(
    (r) => `| [\`${r.id}\`](../runbooks/${r.id}.ts) | ${r.title} | ${r.description} | ${alertsOf(r)} |`,
  );
  return `${[
    INTRODUCTION,
    ['| runbook | for | what it does | started by |', '|---|---|---|---|', ...rows].join('\n'),
    '## Input',
    ['| runbook | fields | in the lab |', '|---|---|---|', ...runbooks.map(inputRow)].join('\n'),
  ].join('\n\n')}\n`;
}

function alertsOf({ triggers, schedules }: RunbookDefinition): string {
  const names = [
    ...triggers.map(({ match }) => `\`${String(match.alertname).replaceAll('|', '\\|')}\``),
    ...schedules.map(({ time }) =>
      'cron' in time ? `\`${time.cron}\` (${time.timeZone})` : `every ${time.every}`,
    ),
  ];
  return names.length > 0 ? names.join(', ') : 'a person';
}

function inputRow({ id, input }: RunbookDefinition): string {
  const { properties = {}, required = [] } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  const fields = Object.keys(properties).map((name) => `\`${name}${required.includes(name) ? '' : '?'}\``);
  const played =
    id in SCENARIOS ? `\`lab break ${id}\`` : id === 'pods-crash-on-one-node' ? '`lab break`' : '';
  return `| \`${id}\` | ${fields.join(', ')} | ${played} |`;
}

if (import.meta.main) {
  await writeFile(RUNBOOKS_FILE, runbooksPage());
  await writeFile(ALERTS_FILE, alertsPage());
}
