/**
 * A run that only tries (`dryRun` in its signed start): `nightshift try`, and alerts of a runbook in shadow.
 *
 * 1. Reads are real and plans are made, so that what it shows is what it would have asked for.
 * 2. Nobody is asked and nothing is granted: where people or the policy would say yes, a yes is assumed; a question of
 *    any other kind ends the run. The worker refuses every effect of such a run, and so does the ledger.
 * 3. After an assumed change the world is not what the runbook expects: a check that does not pass is assumed to, and
 *    what cannot be assumed (an output, something to wait for) ends the run and is named.
 */
import { CancelledFailure } from '@temporalio/workflow';
import type { OnFailure } from '../activities/kit/index.ts';
import { run } from './current-run.ts';
import { now } from './journal.ts';
import { askedOf, type ApproveOptions, type Changes, type GrantedPlan, type Plan } from './plan.ts';

export const isTrying = (): boolean => run.start?.dryRun === true;

/** Whether it has assumed that something was changed. */
export const hasAssumed = (): boolean => run.assumed.length > 0;

/** Goes on as if this were so, and says so. */
export function assume(what: string, facts: Readonly<Record<string, unknown>> = {}): void {
  run.assumed.push(what);
  run.journal.say({ kind: 'note', name: 'assumed', text: `Assumed: ${what}`, facts });
}

/** Ends the run where trying cannot go on. */
export function triedUpTo(what: string): never {
  run.end({ outcome: 'completed', reason: `tried as far as it goes, nothing was carried out: ${what}` });
  throw new CancelledFailure(what);
}

/** The yes that is assumed. It grants nothing: it has expired when it is made, and no worker takes it from such a run. */
export function assumedYes<C extends Changes>(plan: Plan<C>, options: ApproveOptions): GrantedPlan<C> {
  const { policy, planned, plannedPutBacks, hash, title } = plan;
  const who = 'grant' in policy ? `the policy (${policy.grant})` : askedOf(options).join(', ');
  const people = 'people' in policy && policy.people > 1 ? `, ${policy.people} people at least` : '';
  run.journal.say({
    kind: 'note',
    name: 'would ask',
    text:
      'grant' in policy
        ? `Would be granted by ${who}: ${title}`
        : `Would ask ${who}${people} to approve: ${title}`,
    facts: { plan: planned, putBacks: plannedPutBacks, hash },
  });
  run.wouldDo.push({ ordinal: plan.digest.ordinal, askedAt: now(), changes: planned });
  assume(`${who} approves "${title}"`);
  const grant = { kind: 'policy', rule: 'nothing is granted', start: run.signedStart!, expiresAt: now() };
  return { ...plan, grant, asked: options } as unknown as GrantedPlan<C>;
}

/** The outputs of changes that were not carried out: whoever looks into one ends the run. */
export function assumedOutputs({ planned }: GrantedPlan, onFailure: OnFailure): unknown[] {
  return planned.map(({ step, summary, target }) => {
    run.journal.say(
      { kind: 'change', name: step, text: summary, facts: { target, outcome: 'assumed' } },
      'skipped',
    );
    assume(`${summary} is done`, { target });
    const output = unknownOutput(summary);
    return onFailure === 'continue' ? { ok: true, value: output } : output;
  });
}

const unknownOutput = (change: string): object =>
  new Proxy(
    {},
    {
      // Symbols and `then` are asked by the language, not by the runbook.
      get: (_, name) =>
        typeof name === 'symbol' || name === 'then'
          ? undefined
          : triedUpTo(`what follows needs what "${change}" would have answered (${name})`),
    },
  );
