import { createHash, randomBytes } from 'node:crypto';
import { sql, type Selectable } from 'kysely';
import type { Ledger, Token } from './api.ts';
import type { LedgerContext } from './database/context.ts';
import type { Database } from './database/tables.ts';
import { LedgerRefused } from './errors.ts';
import { newId } from './identifiers.ts';
import { append } from './record/append.ts';

/**
 * A secret is 32 random bytes and is looked up by its SHA-256: what a timing could tell is about the hash, from which
 * no secret follows. How long ago a token was used is kept to the minute.
 */
export function tokenMethods({
  db,
}: LedgerContext): Pick<Ledger, 'createToken' | 'findToken' | 'tokens' | 'revokeToken'> {
  return {
    createToken: async ({ person, scopes, expiresAt, by }) => {
      const secret = `ns_${randomBytes(32).toString('base64url')}`;
      const token = await db.transaction().execute(async (tx) => {
        const row = await tx
          .insertInto('tokens')
          .values({
            ...{ id: newId('token'), hash: hashed(secret), person, scopes: [...scopes] },
            ...{ expires_at: expiresAt, created_by: by },
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        const facts = { id: row.id, person, scopes, expiresAt, by };
        await append(tx, [{ workflowId: '', kind: 'token-made', facts }]);
        return toToken(row);
      });
      return { token, secret };
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

    revokeToken: (id, by) =>
      db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable('tokens')
          .set({ revoked_at: sql<string>`clock_timestamp()`, revoked_by: by })
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 1n) {
          await append(tx, [{ workflowId: '', kind: 'token-revoked', facts: { id, by } }]);
          return;
        }
        const known = await tx.selectFrom('tokens').select('id').where('id', '=', id).executeTakeFirst();
        if (known === undefined) throw new LedgerRefused(`there is no token "${id}"`);
      }),
  };
}

const hashed = (secret: string): Buffer => createHash('sha256').update(secret).digest();

function toToken(row: Selectable<Database['tokens']>): Token {
  return {
    id: row.id,
    person: row.person,
    scopes: row.scopes,
    createdAt: row.created_at,
    createdBy: row.created_by ?? undefined,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at ?? undefined,
    revokedBy: row.revoked_by ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
