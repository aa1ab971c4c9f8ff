import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { ArtefactRef, MAX_ARTEFACT_BYTES } from '../activities/kit/index.ts';
import type { ArtefactRow, Ledger } from './api.ts';
import type { LedgerContext } from './database/context.ts';
import { LedgerRefused } from './errors.ts';

const MOST_OF_A_RUN = 100;

/** Large outputs of steps, found by their hash. */
export function artefactMethods({
  db,
}: LedgerContext): Pick<Ledger, 'keepArtefact' | 'artefacts' | 'artefactContent'> {
  const rows = async (workflowId: string): Promise<ArtefactRow[]> => {
    const { rows: found } = await sql<ArtefactRow>`
      select r.name, r.sha256, r.media_type as "mediaType", octet_length(a.content) as bytes, utc(r.kept_at) as "keptAt"
        from run_artefacts r join artefacts a using (sha256)
        where r.workflow_id = ${workflowId} order by r.kept_at, r.name`.execute(db);
    return found;
  };

  return {
    keepArtefact: async ({ workflowId, name, mediaType, content }) => {
      if (content.byteLength > MAX_ARTEFACT_BYTES) {
        throw new LedgerRefused(
          `the artefact ${name} has ${content.byteLength} bytes; at most ${MAX_ARTEFACT_BYTES} are kept`,
        );
      }
      const sha256 = createHash('sha256').update(content).digest('hex');
      const ref = ArtefactRef.parse({ name, sha256, mediaType, bytes: content.byteLength });
      const { rows: kept } = await sql<{ kept: boolean }>`
        with room as (select count(*) < ${MOST_OF_A_RUN} or coalesce(bool_or(sha256 = ${sha256} and name = ${name}), false)
            as is from run_artefacts where workflow_id = ${workflowId}),
          content as (
            insert into artefacts (sha256, content) select ${sha256}, ${Buffer.from(content)} from room where room.is
              on conflict do nothing)
        select room.is as kept from room`.execute(db);
      if (!kept[0]?.kept) {
        throw new LedgerRefused(
          `the run ${workflowId} has ${MOST_OF_A_RUN} artefacts already; no more are kept`,
        );
      }
      await sql`insert into run_artefacts (workflow_id, name, sha256, media_type)
        values (${workflowId}, ${name}, ${sha256}, ${mediaType}) on conflict do nothing`.execute(db);
      return ref;
    },

    artefacts: rows,

    artefactContent: async (workflowId, sha256) => {
      const { rows: found } = await sql<{ content: Buffer }>`
        select content from artefacts where sha256 = ${sha256}
          and exists (select from run_artefacts where workflow_id = ${workflowId} and sha256 = ${sha256})`.execute(
        db,
      );
      return found[0]?.content;
    },
  };
}
