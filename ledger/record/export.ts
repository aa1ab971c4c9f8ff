import { sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerContext, Queries } from '../database/context.ts';
import { LedgerRefused } from '../errors.ts';
import type { LogBundle, RecordBundle } from './bundle.ts';
import { loadNodes } from './log-nodes.ts';
import { consistencyRanges, inclusionRanges, rangeHash, type Range } from './merkle.ts';
import { newestCheckpoint } from './seal.ts';

const EARLIER = 16;
const PAGE = 5_000;
/** Two rounds of the sealer. */
const PLACED_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 50;

/**
 * One run's entries, each with its proof against the newest checkpoint. Of a run that has just ended it waits for the
 * seal's place in the log, for 10 seconds at most. Entries not yet sealed are not in it.
 */
export async function exportRecord(
  { db, deployment }: LedgerContext,
  workflowId: string,
): Promise<RecordBundle> {
  await sealIsPlaced(db, workflowId);
  return snapshot(db, async (tx) => {
    const { size, note } = await checkpointOf(tx);
    const rows = await tx
      .selectFrom('record_entries')
      .select(['leaf_index', 'leaf'])
      .where('workflow_id', '=', workflowId)
      .where('leaf_index', '<', size)
      .orderBy('leaf_index')
      .execute();
    if (rows.length === 0) throw new LedgerRefused(`the log has no entry of a run "${workflowId}"`);
    const older = await tx
      .selectFrom('checkpoints')
      .select(['size', 'note'])
      .where('size', '<', size)
      .where('witnessed_at', 'is not', null)
      .orderBy('size', 'desc')
      .limit(EARLIER)
      .execute();

    const entries = rows.map((row) => ({ index: row.leaf_index!, leaf: row.leaf! }));
    const paths = entries.map((e) => inclusionRanges(e.index, { from: 0, to: size }));
    const bridges = older.map((c) => consistencyRanges(c.size, size));
    const nodes = await loadNodes(tx, [...paths.flat(), ...bridges.flat()]);
    const proof = (ranges: readonly Range[]): string[] =>
      ranges.map((r) => rangeHash(r, nodes).toString('hex'));
    return {
      format: 'nightshift/record/v1',
      deployment,
      workflowId,
      checkpoint: note,
      entries: entries.map((e, i) => ({ ...e, proof: proof(paths[i]!) })),
      earlier: older.map((c, i) => ({ checkpoint: c.note, proof: proof(bridges[i]!) })),
    };
  });
}

/** A run's end is written first, and gets its place in the log a moment later, from a process that has the sealer's key. */
async function sealIsPlaced(db: Queries, workflowId: string): Promise<void> {
  const until = Date.now() + PLACED_WITHIN_MS;
  for (;;) {
    const waiting = await db
      .selectFrom('record_entries')
      .select('id')
      .where('workflow_id', '=', workflowId)
      .where('kind', '=', 'sealed')
      .where('leaf_index', 'is', null)
      .executeTakeFirst();
    if (!waiting || Date.now() > until) return;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Every entry of the log up to the newest checkpoint, as the database holds it now, gaps included. */
export async function exportLog({ db, deployment }: LedgerContext): Promise<LogBundle> {
  return snapshot(db, async (tx) => {
    const { size, note } = await checkpointOf(tx);
    const entries: LogBundle['entries'] = [];
    for (let from = 0; from < size; from += PAGE) {
      const to = Math.min(from + PAGE, size);
      const { rows } = await sql<{ index: number; hash: Buffer | null; leaf: string | null }>`
        select i as index, n.hash, e.leaf from generate_series(${from}::bigint, ${to - 1}::bigint) i
        left join log_nodes n on n.level = 0 and n.index = i
        left join record_entries e on e.leaf_index = i order by i`.execute(tx);
      for (const row of rows) entries.push({ ...row, hash: row.hash?.toString('hex') ?? null });
    }
    return { format: 'nightshift/log/v1', deployment, checkpoint: note, entries };
  });
}

const snapshot = <T>(db: LedgerContext['db'], read: (tx: Queries) => Promise<T>): Promise<T> =>
  db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read);

async function checkpointOf(tx: Queries): Promise<{ size: number; note: string }> {
  const newest = await newestCheckpoint(tx);
  if (newest === undefined)
    throw new LedgerRefused('nothing was sealed yet: there is no checkpoint to prove anything by');
  return newest;
}
