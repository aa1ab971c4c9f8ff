/** Runbooks against the configuration that they would run under. */
import { configHere, findConfig, loadConfig, readSchedules } from '../../config/index.ts';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import { CliFailure } from '../failure.ts';
import { askPolicy, everyHolder, type StepStanding } from './ask-policy.ts';
import type { AuthorProgram } from './author-program.ts';
import { proposedSteps } from './proposed-steps.ts';

export interface PolicyFinding {
  readonly runbook: string;
  readonly rule: 'never-granted' | 'nobody-asked' | 'steps-not-seen';
  readonly severity: 'error' | 'hint';
  readonly message: string;
  readonly remedy: string;
}

/** What was asked, or why nothing was. */
export type PolicyCheck =
  { readonly config: string; readonly steps: readonly StepStanding[] } | { readonly notAsked: string };

/**
 * Asks the policy of the configuration: the one that is named, else the one of this folder or the environment. Throws a
 * ConfigError for a wrong one.
 */
export async function checkPolicy(
  named: string | undefined,
  { author, runbooks }: { readonly author: AuthorProgram; readonly runbooks: readonly RunbookDefinition[] },
): Promise<{ readonly policy: PolicyCheck; readonly findings: readonly PolicyFinding[] }> {
  if (named === undefined && !process.env['NIGHTSHIFT_CONFIG'] && configHere() === undefined) {
    const notAsked = 'there is no nightshift.config.ts in this folder; name the configuration with --config';
    return { policy: { notAsked }, findings: [] };
  }
  const file = findConfig(named);
  const config = await loadConfig(file);
  const { people, onCall } = config;
  const schedules = onCall && readSchedules({ file: onCall.file, people, onProblem: () => {} });
  const asked = { ...config, schedules };
  const steps: StepStanding[] = [];
  const findings: PolicyFinding[] = [];
  for (const runbook of runbooks) {
    try {
      steps.push(...askPolicy(asked, runbook, await proposedSteps(author, runbook.id)));
    } catch (error) {
      if (!(error instanceof CliFailure)) throw error;
      findings.push(notSeen(runbook, error));
    }
  }
  return {
    policy: { config: file, steps },
    findings: [
      ...findings,
      ...steps.filter((s) => s.verdict === 'refused').map(neverGranted),
      ...runbooks.filter(({ owner }) => everyHolder(asked, owner).length === 0).map(nobodyAsked),
    ],
  };
}

const notSeen = ({ id }: RunbookDefinition, { message, next }: CliFailure): PolicyFinding => ({
  ...{ runbook: id, rule: 'steps-not-seen', severity: 'hint', message },
  remedy: next ?? 'name each step where it is used',
});

const neverGranted = ({ runbook, step, answers }: StepStanding): PolicyFinding => ({
  ...{ runbook, rule: 'never-granted', severity: 'error' },
  message: `nobody can ever grant ${step} under the present policy: ${answers[0]!.because}`,
  remedy: 'add the people or roles that the policy wants, or change its rule for this step',
});

const nobodyAsked = ({ id, owner }: RunbookDefinition): PolicyFinding => ({
  ...{ runbook: id, rule: 'nobody-asked', severity: 'hint' },
  message: `its owner "${owner}" is nobody in the configuration: what it asks its owner would find no answer`,
  remedy: `give somebody under people, or a schedule of onCall, the role "${owner}"`,
});
