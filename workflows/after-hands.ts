/** A plan whose run was taken over before people had agreed: what is left of it once the run is given back. */
import { run } from './current-run.ts';
import type { Grant } from './engine-activities.ts';
import { adopted } from './hands.ts';
import { handsOff } from './hands-off.ts';
import type { GrantedPlan, Plan } from './plan.ts';
import { plan } from './propose.ts';

/** Planned against what that person left; what they did already shows no difference. */
export async function plannedAfterHands(before: Plan): Promise<Plan> {
  await handsOff();
  const { title, proposal, givenBack, insteadOf } = before;
  const again = await plan({
    title,
    ...proposal,
    ...(insteadOf !== undefined && { insteadOf }),
    because: `**${run.handledBy} had taken the run over, and has given it back:** ${run.hands.reason}\n\n${before.because}`,
  });
  // Still asks the probe of each change whether it is done.
  return { ...again, givenBack };
}

/** Whether that person has made all of its changes, and it owes no put-back: then nobody is asked. */
export async function isDoneByHand(plan: Plan): Promise<boolean> {
  if (plan.plannedPutBacks.length || plan.planned.some((change) => change.diff.length)) return false;
  const granted = { ...plan, ...nothingLeft() } as unknown as GrantedPlan;
  for (const index of plan.planned.keys())
    if (!(await adopted(granted, { kind: 'change', index }))) return false;
  return true;
}

/** Lets nothing be carried out: it only leads to what is recorded as done. */
export const nothingLeft = (): { readonly grant: Grant } => ({
  grant: {
    kind: 'policy',
    rule: 'done by hand',
    start: run.signedStart!,
    expiresAt: new Date(Date.now()).toISOString(),
  },
});
