import type { FastifyRequest } from 'fastify';
import { rolesOf, type Authority } from '../config/index.ts';
import type { Ledger, Token } from '../ledger/api.ts';
import type { Scope } from './api/endpoint.ts';
import { ProblemError } from './problem-error.ts';

/** Who is asking: the owner of the bearer token. */
export interface Caller {
  readonly person: string;
  readonly name: string | undefined;
  readonly roles: readonly string[];
  readonly token: Token;
}

export type Authenticate = (request: FastifyRequest, scope: Scope) => Promise<Caller>;

/** Checks the bearer token of a request and that it may be used for this. Throws a ProblemError that says what is missing. */
export const createAuthenticate =
  ({ ledger, authority }: { ledger: Pick<Ledger, 'findToken'>; authority: Authority }): Authenticate =>
  async ({ headers }, scope) => {
    const secret = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (secret === undefined) {
      throw new ProblemError('no-token', 'send a token: "Authorization: Bearer ns_..."');
    }
    const token = await ledger.findToken(secret);
    if (token === undefined) {
      throw new ProblemError('bad-token', 'this token is unknown, expired or revoked; make a new one');
    }
    if (!token.scopes.includes(scope)) {
      const has = token.scopes.length === 0 ? 'none' : token.scopes.join(', ');
      throw new ProblemError(
        'missing-scope',
        `this needs a token with the scope "${scope}"; this one has ${has}`,
      );
    }
    const { person } = token;
    const { people } = authority;
    const name = Object.hasOwn(people, person) ? people[person]?.name : undefined;
    return { person, name, roles: rolesOf(authority, person, new Date()), token };
  };
