import type { Ledger, Token } from '../../ledger/api.ts';
import { createToken, listTokens, revokeToken, whoAmI, type TokenView } from '../api/tokens.ts';
import { ProblemError } from '../problem-error.ts';
import type { Serve } from '../serve.ts';
import { notFound } from './freezes.ts';

export function serveTokens(serve: Serve, { ledger }: { ledger: Ledger }): void {
  serve(whoAmI, async ({ caller: { person, name, roles, token } }) => ({
    person,
    name,
    roles: [...roles],
    scopes: [...token.scopes],
    expiresAt: token.expiresAt,
    deployment: ledger.deployment,
  }));

  serve(createToken, async ({ body }) => {
    if (Date.parse(body.expiresAt) <= Date.now()) {
      const fields = [{ field: 'body.expiresAt', message: 'must be in the future' }];
      throw new ProblemError('bad-request', 'body.expiresAt: must be in the future', { fields });
    }
    const { token, secret } = await ledger.createToken(body);
    return { token: tokenView(token), secret };
  });

  serve(listTokens, async () => ({ tokens: (await ledger.tokens()).map(tokenView) }));

  serve(revokeToken, async ({ params: { id } }) => {
    await ledger.revokeToken(id).catch(notFound);
    return { revoked: true as const };
  });
}

const tokenView = (token: Token): TokenView => ({ ...token, scopes: [...token.scopes] });
