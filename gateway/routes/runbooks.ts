import { z } from 'zod';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import { listRunbooks, type RunbookView } from '../api/runbooks.ts';
import { timeInWords } from '../schedules/schedules-of.ts';
import type { Serve } from '../serve.ts';

export function serveRunbooks(
  serve: Serve,
  { runbooks, inShadow }: { runbooks: readonly RunbookDefinition[]; inShadow: ReadonlySet<string> },
): void {
  const views = runbooks.map((runbook) => ({ ...runbookView(runbook), inShadow: inShadow.has(runbook.id) }));
  serve(listRunbooks, async () => ({ runbooks: views }));
}

function runbookView(runbook: RunbookDefinition): Omit<RunbookView, 'inShadow'> {
  const { id, title, owner, description, onRepeat, whenAlertResolves } = runbook;
  const { cooldown, flapping, gather, runsAtOnce } = runbook;
  return {
    ...{ id, title, owner, description, onRepeat, whenAlertResolves },
    ...{ cooldown, flapping, gatherFor: gather?.for, runsAtOnce },
    inputSchema: z.toJSONSchema(runbook.input, { io: 'input', unrepresentable: 'any', target: 'draft-7' }),
    schedules: runbook.schedules.map(({ time }) => timeInWords(time)),
    triggers: runbook.triggers.map(({ match }) => ({
      alertname: String(match.alertname),
      labels: Object.fromEntries(Object.entries(match.labels ?? {}).map(([name, v]) => [name, String(v)])),
    })),
  };
}
