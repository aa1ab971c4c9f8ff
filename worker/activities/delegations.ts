import { askedAt, rolesOf, type StandIn } from '../../config/index.ts';
import { SignatureRefused, verifySigned } from '../../ledger/signed-statement.ts';
import { DelegationStatement, type QuestionTerms } from '../../workflows/messages.ts';
import type { ActivityDependencies } from './dependencies.ts';

type Trust = Pick<ActivityDependencies, 'deployment' | 'gatewayKeys' | 'people' | 'schedules' | 'ledger'>;

/**
 * For whom a person stood in at that moment, by statements whose signatures are verified here; one that cannot be
 * believed lends nothing. The ledger is asked only where the person does not answer for all the asked names themselves.
 */
export async function standInsOf(
  trust: Trust,
  { person, question, at }: { person: string; question: QuestionTerms; at: Date },
): Promise<readonly StandIn[]> {
  const names = [person, ...rolesOf(trust, person, at)];
  if (askedAt(question, at).every((name) => names.includes(name))) return [];
  const given = await trust.ledger.delegations({ at: at.toISOString() });
  return given
    .filter((d) => d.to === person)
    .flatMap(({ signed }) => believed(trust, signed) ?? [])
    .filter(
      (d) => d.to === person && Date.parse(d.since) <= at.getTime() && at.getTime() < Date.parse(d.until),
    );
}

function believed(trust: Trust, signed: Parameters<typeof verifySigned>[0]): DelegationStatement | undefined {
  try {
    const said = DelegationStatement.safeParse(verifySigned(signed, trust.gatewayKeys));
    return said.success && said.data.deployment === trust.deployment ? said.data : undefined;
  } catch (error) {
    if (error instanceof SignatureRefused) return undefined;
    throw error;
  }
}
