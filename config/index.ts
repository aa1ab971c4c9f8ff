export type { AlertInput, MakeAlerts, Sender } from './alert-sources.ts';
export type { BusinessHours } from './business-hours.ts';
export { hoursAt } from './business-hours.ts';
export type { Config } from './absolute-paths.ts';
export { askedAt, rolesOf, standing, type Authority, type People, type StandIn } from './authority.ts';
export type { DisruptionBudget } from './budgets.ts';
export { kubeconfigOf } from './kubeconfig.ts';
export { ConfigError, type ConfigProblem } from './config-error.ts';
export { excludedBy, type RunbookAuthors } from './four-eyes.ts';
export { CalendarRefused, shiftsFromCalendar, type ImportedShift } from './on-call/icalendar.ts';
export { shiftsFromPagerDuty } from './on-call/pagerduty.ts';
export { putShifts } from './on-call/put-shifts.ts';
export { parseSchedules, readSchedules, type Schedules } from './on-call/read-schedules.ts';
export { handOversAfter, onCallAt } from './on-call/who-is-on-call.ts';
export { configHere, findConfig, loadConfig } from './load-config.ts';
export { loadRunbooks } from './load-runbooks.ts';
export { loadSteps } from './load-steps.ts';
export { defineConfig, parseConfig } from './parse-config.ts';
export {
  defaultPolicy,
  policyDecision,
  type Policy,
  type PolicyDecision,
  type PolicyFunction,
  type PolicyQuestion,
  type PolicyRule,
} from './policy.ts';
export type { ConfigInput } from './schema.ts';
export { postponedMoment, reminderMoment, type ReminderClock } from './reminder-moment.ts';
export { addressOf, Secret, secret } from './secret.ts';
export type { TellingEvent } from './telling.ts';
