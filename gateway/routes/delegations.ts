import { rolesOf, type Authority } from '../../config/index.ts';
import type { Delegation, Ledger } from '../../ledger/api.ts';
import { newId } from '../../ledger/identifiers.ts';
import { signStatement } from '../../ledger/signed-statement.ts';
import { DelegationStatement } from '../../workflows/messages.ts';
import { delegate, endDelegation, listDelegations, type DelegationView } from '../api/delegations.ts';
import type { Caller } from '../authenticate.ts';
import { ProblemError } from '../problem-error.ts';
import type { Serve } from '../serve.ts';
import type { Signer } from '../statements.ts';
import { notFound } from './freezes.ts';

export interface DelegationDeps {
  readonly ledger: Ledger;
  readonly authority: Authority;
  readonly signer: Signer;
}

const LONGEST_DAYS = 14;

export function serveDelegations(serve: Serve, { ledger, authority, signer }: DelegationDeps): void {
  serve(listDelegations, async () => ({ delegations: (await ledger.delegations()).map(view) }));

  serve(delegate, async ({ body: { role, to, until, reason }, caller }) => {
    const now = new Date();
    refuseWrong({ role, to, until: new Date(until), now, caller });
    const d = {
      id: newId('delegation'),
      role,
      from: caller.person,
      to,
      since: now.toISOString(),
      until,
      reason,
    };
    const signed = signStatement(
      DelegationStatement.parse({
        ...d,
        domain: 'nightshift/delegation/v1',
        deployment: signer.deployment,
        authenticatedBy: `token ${caller.token.id}`,
      }),
      signer.key,
    );
    return view(await ledger.delegate({ ...d, signed }));
  });

  serve(endDelegation, async ({ params: { id }, caller }) => {
    const d = (await ledger.delegations()).find((one) => one.id === id);
    if (d && d.from !== caller.person && d.to !== caller.person && !caller.token.scopes.includes('admin'))
      throw new ProblemError(
        'not-entitled',
        `only ${d.from}, ${d.to} or a token of scope admin can take it back`,
      );
    await ledger.endDelegation(id, caller.person).catch(notFound);
    return { ended: true as const };
  });

  function refuseWrong(d: { role: string; to: string; until: Date; now: Date; caller: Caller }): void {
    const { role, to, until, now } = d;
    const { person } = d.caller;
    const roles = rolesOf(authority, person, now);
    if (!roles.includes(role))
      throw new ProblemError(
        'not-entitled',
        `${person} does not hold "${role}" now (${roles.length ? `but ${roles.join(', ')}` : 'nor any other role'}), and what one stands in for cannot be passed on`,
      );
    const wrong = (field: string, message: string) =>
      new ProblemError('bad-request', `body.${field}: ${message}`, {
        fields: [{ field: `body.${field}`, message }],
      });
    if (!Object.hasOwn(authority.people, to))
      throw wrong(
        'to',
        `the configuration names no "${to}"; there are: ${Object.keys(authority.people).join(', ')}`,
      );
    if (to === person) throw wrong('to', 'name somebody else');
    if (until <= now) throw wrong('until', 'must be in the future');
    if (until.getTime() - now.getTime() > LONGEST_DAYS * 86_400_000)
      throw wrong(
        'until',
        `must be within ${LONGEST_DAYS} days; for longer, change the people or their schedule`,
      );
  }
}

const view = ({ signed: _, ...shown }: Delegation): DelegationView => shown;
