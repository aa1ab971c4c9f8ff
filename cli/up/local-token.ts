import { createLedger } from '../../ledger/create-ledger.ts';

const BY = 'nightshift up';
const VALID_MS = 30 * 24 * 3600 * 1000;

/** A fresh token for the person of this machine; the one that an earlier `up` made is revoked. */
export async function localToken(of: {
  databaseUrl: string;
  deployment: string;
  person: string;
}): Promise<string> {
  const ledger = await createLedger({
    databaseUrl: of.databaseUrl,
    deployment: of.deployment,
    connections: 2,
  });
  try {
    for (const token of await ledger.tokens()) {
      if (token.person === of.person && token.scopes.includes('local') && !token.revokedAt)
        await ledger.revokeToken(token.id, BY);
    }
    const { secret } = await ledger.createToken({
      person: of.person,
      scopes: ['read', 'run', 'decide', 'admin', 'local'],
      expiresAt: new Date(Date.now() + VALID_MS).toISOString(),
      by: BY,
    });
    return secret;
  } finally {
    await ledger.close();
  }
}
