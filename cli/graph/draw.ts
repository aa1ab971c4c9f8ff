import type { JournalEntry } from '../../workflows/messages.ts';
import { mermaidOf } from './mermaid.ts';
import { graphOf } from './story-graph.ts';
import { svgOf } from './svg.ts';

export const GRAPH_FORMATS = ['mermaid', 'svg'] as const;
/** Mermaid's flowchart language, or a picture. */
export type GraphFormat = (typeof GRAPH_FORMATS)[number];

/** The way that a run took, from its journal; `title` is that of the picture. Ends with a line break. */
export function drawRun(
  journal: readonly JournalEntry[],
  { format, title }: { readonly format: GraphFormat; readonly title: string },
): string {
  const rows = graphOf(journal);
  return format === 'svg' ? svgOf(rows, title) : mermaidOf(rows);
}
