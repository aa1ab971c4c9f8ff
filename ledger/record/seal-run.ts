import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { canonicalJson, hashOf } from '../../activities/kit/index.ts';
import type { JournalEntry } from '../../workflows/messages.ts';
import type { RunEnd } from '../api.ts';
import type { LedgerContext, Queries } from '../database/context.ts';
import { LedgerRefused } from '../errors.ts';
import { storable } from '../storable.ts';
import { append, type NewEntry } from './append.ts';
import type { SealedFacts } from './leaf.ts';
import { leafHash } from './merkle.ts';
import { leafOf } from './seal.ts';

/** Letters of canonical JSON of one entry's lines, of one line (more than any of the engine's), and of a result that is kept whole. */
const CHUNK = 32_768;
const LINE = 131_072;
const RESULT = 65_536;

/**
 * The end of a run: its journal, its outcome, and the list of all its entries. The same end again changes nothing;
 * another end (the run was reset and ended anew) is added, with a new list.
 */
export async function sealRun({ db, deployment }: LedgerContext, end: RunEnd): Promise<void> {
  await db.transaction().execute((tx) => sealRunIn(tx, deployment, end));
}

/** In the transaction of what ends it. */
export async function sealRunIn(tx: Queries, deployment: string, end: RunEnd): Promise<void> {
  const { workflowId } = end;
  const ending = storable(end) as RunEnd;
  const endHash = hashOf(ending);
  const run = await tx
    .selectFrom('runs')
    .select('end_hash')
    .where('workflow_id', '=', workflowId)
    .forUpdate()
    .executeTakeFirst();
  if (run === undefined) throw new LedgerRefused(`there is no run "${workflowId}" to seal`);
  if (run.end_hash === endHash) return;
  const now = sql<string>`clock_timestamp()`;
  await tx
    .updateTable('runs')
    .set({
      status: 'ended',
      outcome: end.outcome,
      result: JSON.stringify(ending.result ?? null),
      end_hash: endHash,
      incident_open: false,
      ended_at: now,
      sealed_at: now,
    })
    .where('workflow_id', '=', workflowId)
    .execute();
  await append(tx, [...journalEntries(ending.workflowId, ending.journal), endEntry(ending)]);
  const facts = await listOfEntries(tx, { deployment, workflowId });
  await append(tx, [{ workflowId, kind: 'sealed', facts }]);
}

/** A part of the story, before the end is known. */
export async function keepStory(
  { db }: LedgerContext,
  story: { workflowId: string; lines: readonly JournalEntry[] },
): Promise<void> {
  const { workflowId, lines } = storable(story) as typeof story;
  const entries = journalEntries(workflowId, lines);
  await append(
    db,
    entries.map((entry) => ({ ...entry, idem: `story ${hashOf(entry)}` })),
  );
}

async function listOfEntries(
  tx: Queries,
  o: { deployment: string; workflowId: string },
): Promise<SealedFacts> {
  const rows = await tx
    .selectFrom('record_entries')
    .select(['id', 'workflow_id', 'kind', 'at', 'facts', 'leaf'])
    .where('workflow_id', '=', o.workflowId)
    .orderBy('id')
    .execute();
  const entries = rows.map((row) => ({
    kind: row.kind,
    hash: leafHash(row.leaf ?? leafOf(o.deployment, row)).toString('hex'),
  }));
  return { count: entries.length, entries };
}

function endEntry({ workflowId, outcome, result }: RunEnd): NewEntry {
  const text = canonicalJson(result ?? null);
  const facts =
    text.length <= RESULT
      ? { outcome, result: result ?? null }
      : { outcome, resultHash: hashOf(result), bytes: text.length };
  return { workflowId, kind: 'run-ended', facts };
}

function journalEntries(workflowId: string, journal: RunEnd['journal']): NewEntry[] {
  const chunks: unknown[][] = [];
  let room = 0;
  for (const line of journal) {
    const short = bounded(line);
    const length = canonicalJson(short).length;
    if (length > room) {
      chunks.push([]);
      room = CHUNK;
    }
    chunks.at(-1)!.push(short);
    room -= length;
  }
  return chunks.map((lines) => ({ workflowId, kind: 'journal', facts: { lines } }));
}

/** A line that is too long keeps its beginning and the hash of the whole. */
function bounded(line: JournalEntry): unknown {
  const text = canonicalJson(line);
  if (text.length <= LINE) return line;
  const { seq, at, kind, name, status } = line;
  const sha256 = createHash('sha256').update(text).digest('hex');
  return {
    seq,
    at,
    kind,
    name: name.slice(0, 200),
    status,
    text: line.text.slice(0, 2_000).toWellFormed(),
    cut: { bytes: text.length, sha256 },
  };
}
