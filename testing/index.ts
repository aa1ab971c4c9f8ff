/** Tests of runbooks: a world in a few lines, the real engine, time that skips. */
export type { Person, Saying } from './people/person.ts';
export type { AlertSketch } from './play.ts';
export type { PlayedRun } from './run/played-run.ts';
export { RunAssertion } from './run/run-assertion.ts';
export type { HistoryShare } from './run/too-long.ts';
export { runbookTests, type RunbookTests, type Scenario } from './runbook-tests.ts';
export type { RunOptions, Stage } from './stage.ts';
export { fails, inTurn, type Answer, type Moment } from './steps/answer.ts';
export { alreadySo, notNeeded, type ScriptedChange, type ScriptedPlan } from './steps/changing.ts';
