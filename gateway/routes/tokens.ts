import type { Authority } from '../../config/index.ts';
import type { Ledger, Token } from '../../ledger/api.ts';
import type { Scope } from '../api/endpoint.ts';
import { createToken, listTokens, revokeToken, whoAmI, type TokenView } from '../api/tokens.ts';
import type { Caller } from '../authenticate.ts';
import { ProblemError } from '../problem-error.ts';
import type { Serve } from '../serve.ts';
import { notFound } from './freezes.ts';

/** What only people of the configuration get: a decision is a person's, and so is who else may make one. */
const OF_PEOPLE: readonly Scope[] = ['decide', 'admin'];

export function serveTokens(
  serve: Serve,
  { ledger, people }: { ledger: Ledger; people: Authority['people'] },
): void {
  serve(whoAmI, async ({ caller: { person, name, roles, token } }) => ({
    person,
    name,
    roles: [...roles],
    scopes: [...token.scopes],
    expiresAt: token.expiresAt,
    deployment: ledger.deployment,
  }));

  serve(createToken, async ({ body, caller }) => {
    if (Date.parse(body.expiresAt) <= Date.now()) throw wrongField('expiresAt', 'must be in the future');
    const { person } = body;
    const ofPeople = body.scopes.filter((scope) => OF_PEOPLE.includes(scope));
    if (ofPeople.length > 0 && !Object.hasOwn(people, person)) {
      const known = Object.keys(people).join(', ') || 'nobody yet';
      throw wrongField(
        'person',
        `the configuration has no "${person}", and the scope ${ofPeople.join(', ')} is for its people: ${known}`,
      );
    }
    const { token, secret } = await ledger.createToken({ ...body, by: whoIs(caller) });
    return { token: tokenView(token), secret };
  });

  serve(listTokens, async () => ({ tokens: (await ledger.tokens()).map(tokenView) }));

  serve(revokeToken, async ({ params: { id }, caller }) => {
    await ledger.revokeToken(id, whoIs(caller)).catch(notFound);
    return { revoked: true as const };
  });
}

const whoIs = ({ person, token }: Caller): string => `${person} (${token.id})`;

function wrongField(name: string, message: string): ProblemError {
  const field = `body.${name}`;
  return new ProblemError('bad-request', `${field}: ${message}`, { fields: [{ field, message }] });
}

const tokenView = (token: Token): TokenView => ({ ...token, scopes: [...token.scopes] });
