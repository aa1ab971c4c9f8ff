import { ArtefactRef } from '../activities/kit/index.ts';

/** What a step kept, where its output names it: for the story of the run, and so for its record. */
export function artefactsIn(output: unknown): { readonly artefacts: readonly ArtefactRef[] } | undefined {
  if (typeof output !== 'object' || output === null) return undefined;
  const { artefact, artefacts } = output as { readonly artefact?: unknown; readonly artefacts?: unknown };
  if (artefact === undefined && !Array.isArray(artefacts)) return undefined;
  const named = [artefact, ...(Array.isArray(artefacts) ? (artefacts as unknown[]) : [])];
  const found = named.flatMap((each) => ArtefactRef.safeParse(each).data ?? []);
  return found.length > 0 ? { artefacts: found } : undefined;
}
