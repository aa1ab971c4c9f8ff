import { Command } from 'commander';
import type { AlertView } from '../../gateway/api/alerts.ts';
import { example, type Context } from '../command.ts';
import { renderTable } from '../render/table.ts';
import { clock } from '../render/time.ts';
import { parsePositive } from '../terminal/parse-option.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

interface Options extends OutputOption {
  readonly name?: string;
  readonly limit: number;
}

/** What came in and what became of it: the answer to "why did nothing start?". */
export const alertListCommand = ({ io, api }: Context): Command =>
  withOutput(new Command('list'))
    .description('alerts received, newest first: the runs they started, or why none did')
    .option('--name <name>', 'only alerts of this name')
    .option('--limit <n>', 'at most so many', parsePositive, 20)
    .addHelpText('after', example('nightshift alert list --name HighErrorRate'))
    .action(async ({ name, limit, ...output }: Options) => {
      const { alerts } = await (await api()).alerts({ limit, ...(name ? { name } : {}) });
      print(io, output, { alerts }, () => {
        if (alerts.length === 0) return ['No alert has come in.'];
        const screen = io.screen();
        return renderTable(
          alerts,
          [
            { head: 'RECEIVED', of: (alert) => clock(alert.receivedAt, screen) },
            { head: 'ALERT', of: (alert) => alert.name },
            { head: 'STATUS', of: (alert) => alert.status },
            { head: 'LABELS', of: labelsOf, cuts: true },
            { head: 'WHAT BECAME OF IT', of: whatBecame, cuts: true },
          ],
          screen,
        );
      });
    });

const labelsOf = ({ labels }: AlertView): string =>
  Object.entries(labels)
    .filter(([name]) => name !== 'alertname')
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

function whatBecame({ runs, refused, status }: AlertView): string {
  const parts = [
    ...runs.map(({ workflowId, effect }) => `${effect}: ${workflowId}`),
    ...refused.map(({ runbook, message }) => `${runbook} did not start: ${message}`),
  ];
  if (parts.length > 0) return parts.join('; ');
  return status === 'firing' ? 'fits no runbook, or had ended when it came' : 'no run was open for it';
}
