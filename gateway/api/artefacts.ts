import { z } from 'zod';
import { ArtefactRef } from '../../activities/kit/index.ts';
import { endpoint } from './endpoint.ts';

const workflowId = z.string().min(1).max(1000);

export const listArtefacts = endpoint({
  method: 'GET',
  path: '/api/runs/:workflowId/artefacts',
  scope: 'read',
  summary: 'The large outputs that were kept of a run',
  params: z.object({ workflowId }),
  response: z.object({ artefacts: z.array(ArtefactRef.extend({ keptAt: z.string() })) }),
});

/** Answers with the bytes, as an attachment that no browser runs. */
export const getArtefact = endpoint({
  method: 'GET',
  path: '/api/runs/:workflowId/artefacts/:sha256',
  scope: 'read',
  summary: 'One of them, as a file',
  params: z.object({ workflowId, sha256: ArtefactRef.shape.sha256 }),
  response: z.unknown(),
});
