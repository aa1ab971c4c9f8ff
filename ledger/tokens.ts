import { createHash, randomBytes } from 'node:crypto';
import { sql, type Selectable } from 'kysely';
import type { Ledger, Token } from './api.ts';
import type { LedgerContext } from './database/context.ts';
import type { Database } from './database/tables.ts';
import { LedgerRefused } from './errors.ts';
import { newId } from './identifiers.ts';

/**
 * A secret is 32 random bytes and is looked up by its SHA-256: what a timing could tell is about the hash, from which
 * no secret follows. How long ago a token was used is kept to the minute.
 */
export function tokenMethods({
  db,
}: LedgerContext): Pick<Ledger, 'createToken' | 'findToken' | 'tokens' | 'revokeToken'> {
  return {
    createToken: async ({ person, scopes, expiresAt }) => {
      const secret = `ns_${randomBytes(32).toString('base64url')}`;
      const row = await db
        .insertInto('tokens')
        .values({
          id: newId('token'),
          hash: hashed(secret),
          person,
          scopes: [...scopes],
          expires_at: expiresAt,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return { token: toToken(row), secret };
    },

    findToken: async (secret) => {
      if (!secret.startsWith('ns_')) return undefined;
      const { rows } = await sql<Selectable<Database['tokens']>>`
        with found as (
          select * from tokens
          where hash = ${hashed(secret)} and revoked_at is null and expires_at > clock_timestamp()
        ), used as (
          update tokens t set last_used_at = clock_timestamp() from found
          where t.id = found.id and (t.last_used_at is null or t.last_used_at < clock_timestamp() - interval '1 minute')
        ) select * from found`.execute(db);
      return rows[0] === undefined ? undefined : toToken(rows[0]);
    },

    tokens: async () => {
      const rows = await db.selectFrom('tokens').selectAll().orderBy('created_at').execute();
      return rows.map(toToken);
    },

    revokeToken: async (id) => {
      const { numUpdatedRows } = await db
        .updateTable('tokens')
        .set({ revoked_at: sql<string>`coalesce(revoked_at, clock_timestamp())` })
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 0n) throw new LedgerRefused(`there is no token "${id}"`);
    },
  };
}

const hashed = (secret: string): Buffer => createHash('sha256').update(secret).digest();

function toToken(row: Selectable<Database['tokens']>): Token {
  return {
    id: row.id,
    person: row.person,
    scopes: row.scopes,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
