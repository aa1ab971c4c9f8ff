/**
 * The sealer. Entries are appended without waiting for each other; here they get their place in the log, one batch a
 * transaction, and the log's new head is signed. The checkpoint is committed before the witness sees it: a witness that
 * knows of a log which was rolled back would raise a false alarm.
 */
import { sql } from 'kysely';
import type { LedgerContext, Queries } from '../database/context.ts';
import { openCheckpoint, originOf, signCheckpoint, type Sealer } from './checkpoint.ts';
import { leafText, type Leaf } from './leaf.ts';
import { loadNodes, logSize } from './log-nodes.ts';
import { consistencyRanges, grow, leafHash, rangeHash } from './merkle.ts';
import type { Witness } from './witness.ts';

const BATCH = 1_000;

export async function seal(
  { db, deployment }: LedgerContext,
  { sealer, witness }: { sealer: Sealer; witness: Witness | undefined },
): Promise<{ sealed: number; size: number }> {
  let sealed = 0;
  for (;;) {
    const batch = await db.transaction().execute((tx) => sealBatch(tx, { deployment, sealer }));
    sealed += batch.sealed;
    if (batch.sealed === BATCH) continue;
    if (witness !== undefined) await db.transaction().execute((tx) => show(tx, { sealer, witness }));
    return { sealed, size: batch.size };
  }
}

async function sealBatch(
  tx: Queries,
  { deployment, sealer }: { deployment: string; sealer: Sealer },
): Promise<{ sealed: number; size: number }> {
  await sql`select pg_advisory_xact_lock(hashtextextended('seal ' || current_schema(), 0))`.execute(tx);
  const from = await logSize(tx);
  const entries = await tx
    .selectFrom('record_entries')
    .select(['id', 'workflow_id', 'kind', 'at', 'facts'])
    .where('leaf_index', 'is', null)
    .orderBy('id')
    .limit(BATCH)
    .execute();
  const size = from + entries.length;
  if (entries.length > 0) {
    const leaves = entries.map((e) => leafOf(deployment, e));
    await placeEntries(tx, { from, ids: entries.map((e) => e.id), leaves });
  }
  const newest = await newestCheckpoint(tx);
  if (size > (newest?.size ?? 0)) {
    const whole = { from: 0, to: size };
    const root = rangeHash(whole, await loadNodes(tx, [whole]));
    const note = signCheckpoint({ origin: originOf(deployment), size, root }, sealer);
    await tx.insertInto('checkpoints').values({ size, note, witnessed_at: null }).execute();
  }
  return { sealed: entries.length, size };
}

export const leafOf = (
  deployment: string,
  row: { id: number; workflow_id: string; kind: string; at: string; facts: unknown },
): string =>
  leafText({
    deployment,
    entry: row.id,
    workflowId: row.workflow_id,
    kind: row.kind as Leaf['kind'],
    at: row.at,
    facts: row.facts as Leaf['facts'],
  });

/** From here on the leaf's text is the entry; the facts it was made from are dropped. */
async function placeEntries(
  tx: Queries,
  { from, ids, leaves }: { from: number; ids: readonly number[]; leaves: readonly string[] },
): Promise<void> {
  const nodes = await loadNodes(tx, [{ from: 0, to: from }]);
  const grown = grow(from, leaves.map(leafHash), nodes);
  await sql`insert into log_nodes (level, index, hash)
    select * from unnest(${grown.map((n) => n.level)}::smallint[], ${grown.map((n) => n.index)}::bigint[],
      ${grown.map((n) => n.hash)}::bytea[])`.execute(tx);
  await sql`update record_entries e set leaf_index = ${from} + p.n - 1, leaf = p.leaf, facts = null
    from unnest(${ids}::bigint[], ${leaves}::text[]) with ordinality as p (id, leaf, n)
    where e.id = p.id`.execute(tx);
}

export const newestCheckpoint = (db: Queries): Promise<{ size: number; note: string } | undefined> =>
  db.selectFrom('checkpoints').select(['size', 'note']).orderBy('size', 'desc').limit(1).executeTakeFirst();

/** Hands the newest checkpoint to the witness, with the proof that it follows from what the witness holds. */
async function show(tx: Queries, { sealer, witness }: { sealer: Sealer; witness: Witness }): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('seal ' || current_schema(), 0))`.execute(tx);
  const newest = await newestCheckpoint(tx);
  if (newest === undefined) return;
  const from = await witness.size();
  const { size } = openCheckpoint(newest.note, sealer.publicKey);
  const ranges = from < size ? consistencyRanges(from, size) : [];
  const nodes = await loadNodes(tx, ranges);
  const consistency = ranges.map((range) => rangeHash(range, nodes));
  await witness.add({ note: newest.note, from, consistency });
  await tx
    .updateTable('checkpoints')
    .set({ witnessed_at: sql<string>`coalesce(witnessed_at, clock_timestamp())` })
    .where('size', '=', size)
    .execute();
}
