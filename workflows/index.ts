/** Everything that a runbook uses beside the steps. */
export { approve } from './approve.ts';
export { carryOut } from './carry-out.ts';
export { check, eventually } from './check.ts';
export { defineRunbook, onAlert, type RunbookDefinition, type TriggeringAlert } from './define-runbook.ts';
export { onSchedule } from './on-schedule.ts';
export { PlanRejected } from './endings.ts';
export { handOver } from './hand-over.ts';
export { hold } from './hold.ts';
export { finding, journal, milestone, note, topology, trigger } from './notes.ts';
export type { GrantedPlan, PartlyGrantedPlan, Plan } from './plan.ts';
export { propose } from './propose.ts';
export { leaveInPlace, putBack } from './put-back.ts';
export { remind } from './remind.ts';
export type { ReminderTime } from './reminder-time.ts';
export { runRunbook, type RunEnded } from './run-runbook.ts';
export { rolling, type Rolled, type RollingOptions } from './rolling.ts';
