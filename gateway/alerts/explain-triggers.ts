/** Why an alert starts the runbooks that it starts, and not the others. Pure: nothing is started. */
import type { Alert } from '../../ledger/api.ts';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import { inputFor, mismatches } from './match-triggers.ts';

export type Explained = { readonly runbook: string } & (
  | { readonly would: 'start'; readonly input: unknown; readonly correlationKey: string }
  /** Its trigger fits, and its input cannot be made of this alert. */
  | { readonly would: 'be refused'; readonly why: readonly string[] }
  /** One reason a trigger. */
  | { readonly would: 'not start'; readonly why: readonly string[] }
);

/** Those that would start first, then those that nearly would. */
export const explainTriggers = (runbooks: readonly RunbookDefinition[], alert: Alert): Explained[] =>
  runbooks
    .map((runbook) => explain(runbook, alert))
    .sort((a, b) => ORDER.indexOf(a.would) - ORDER.indexOf(b.would));

const ORDER: readonly Explained['would'][] = ['start', 'be refused', 'not start'];

function explain(runbook: RunbookDefinition, alert: Alert): Explained {
  const { id, triggers } = runbook;
  if (triggers.length === 0) return { runbook: id, would: 'not start', why: ['no alert starts it'] };
  const reasons = triggers.map((trigger) => ({ trigger, why: mismatches(trigger.match, alert) }));
  const fitting = reasons.find(({ why }) => why.length === 0);
  if (!fitting) return { runbook: id, would: 'not start', why: reasons.map(({ why }) => why.join(', ')) };
  const made = inputFor(runbook, fitting.trigger, alert);
  if ('message' in made) return { runbook: id, would: 'be refused', why: [made.message] };
  return { runbook: id, would: 'start', input: made.input, correlationKey: made.correlationKey };
}
