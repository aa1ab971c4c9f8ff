import type { Ledger } from '../../ledger/api.ts';
import { getArtefact, listArtefacts } from '../api/artefacts.ts';
import { ProblemError } from '../problem-error.ts';
import type { Serve } from '../serve.ts';
import { knownRun } from './runs.ts';

/** Nothing in it is loaded or run, whatever it is and whoever opens it where. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

export function serveArtefacts(serve: Serve, { ledger }: { ledger: Ledger }): void {
  serve(listArtefacts, async ({ params: { workflowId } }) => {
    await knownRun(ledger, workflowId);
    return { artefacts: [...(await ledger.artefacts(workflowId))] };
  });

  serve(getArtefact, async ({ params: { workflowId, sha256 }, reply }) => {
    await knownRun(ledger, workflowId);
    const named = (await ledger.artefacts(workflowId)).find((artefact) => artefact.sha256 === sha256);
    const content = named && (await ledger.artefactContent(workflowId, sha256));
    if (!content)
      throw new ProblemError(
        'not-found',
        `the run has no artefact ${sha256}; list them to see its artefacts`,
      );
    const charset = named.mediaType === 'application/octet-stream' ? '' : '; charset=utf-8';
    return reply
      .header('content-type', `${named.mediaType}${charset}`)
      .header('content-disposition', `attachment; filename="${named.name}"`)
      .header('content-security-policy', CONTENT_SECURITY_POLICY)
      .header('cache-control', 'private, no-store')
      .send(content);
  });
}
