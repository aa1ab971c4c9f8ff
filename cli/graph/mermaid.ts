import { fit } from '../render/layout.ts';
import { labelOf, type GraphNode, type GraphRow } from './story-graph.ts';

const LONGEST = 80;

/** The graph in Mermaid's flowchart language, as GitHub, GitLab and many wikis draw it. */
export function mermaidOf(rows: readonly GraphRow[]): string {
  const nodes = rows.flat();
  const lines = [
    'flowchart TD',
    ...nodes.map((node) => `  ${node.id}${shapeOf(node)}`),
    ...rows.slice(1).flatMap((row, i) => edges(rows[i]!, row)),
    ...(['failed', 'skipped', 'waiting'] as const).flatMap((status) => classOf(nodes, status)),
  ];
  return `${lines.join('\n')}\n`;
}

function edges(from: GraphRow, to: GraphRow): string[] {
  const next = to.map((node) => node.id).join(' & ');
  const silent = from.filter((node) => node.answer === undefined).map((node) => node.id);
  return [
    ...(silent.length > 0 ? [`  ${silent.join(' & ')} --> ${next}`] : []),
    ...from.flatMap(({ id, answer }) =>
      answer === undefined ? [] : [`  ${id} -->|${quoted(answer)}| ${next}`],
    ),
  ];
}

/** A question is a diamond, a change a box with a frame, the end is round. */
function shapeOf(node: GraphNode): string {
  const label = quoted(labelOf(node));
  if (node.kind === 'question' || node.kind === 'hold') return `{${label}}`;
  if (node.kind === 'change') return `[[${label}]]`;
  return node.kind === 'end' ? `([${label}])` : `[${label}]`;
}

const STYLES = {
  failed: 'stroke:#b00020,stroke-width:2px',
  skipped: 'stroke-dasharray:4',
  waiting: 'stroke:#b58900,stroke-width:2px',
};

function classOf(nodes: readonly GraphNode[], status: keyof typeof STYLES): string[] {
  const ids = nodes.filter((node) => node.status === status).map((node) => node.id);
  return ids.length === 0
    ? []
    : [`  classDef ${status} ${STYLES[status]}`, `  class ${ids.join(',')} ${status}`];
}

/** Text from elsewhere cannot end its label, nor be taken for markup. */
const quoted = (text: string): string =>
  `"${fit(text, LONGEST).replace(/[^\p{L}\p{N} .,:()/_+=-]/gu, (c) => `#${c.codePointAt(0)};`)}"`;
