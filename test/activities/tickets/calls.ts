import type { ApplyContext, ImplementedChange, PlanContext } from '../../../activities/kit/index.ts';
import { createTicketSteps, type TicketStepsOptions } from '../../../activities/tickets/steps.ts';

export const RUN = 'lab/pods-crash-on-one-node/shop/1/';
const base = {
  signal: new AbortController().signal,
  heartbeat: () => undefined,
  deadline: new Date(Date.now() + 600_000),
};
export const planContext: PlanContext = { ...base, operation: `${RUN}3/change-0`, run: RUN, earlier: [] };
/** Of the first change of a plan of the run. */
export const applyContext = (plan = 3): ApplyContext => ({
  ...base,
  operation: `${RUN}${plan}/change-0`,
  attempt: 1,
  keep: async () => undefined,
  reason: 'why',
});

export function step(name: 'open' | 'comment', options: TicketStepsOptions) {
  const found = createTicketSteps(options).find((s) => s.contract.name === `tickets.${name}`);
  return (found as ImplementedChange).implementation;
}
