import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mermaidOf } from '../../cli/graph/mermaid.ts';
import { graphOf } from '../../cli/graph/story-graph.ts';
import { svgOf } from '../../cli/graph/svg.ts';
import type { JournalEntry } from '../../workflows/messages.ts';
import { nightshift } from './command-line.ts';
import { detail } from './render/samples.ts';
import { startSmallGateway, type SmallGateway } from './small-gateway.ts';

let gateway: SmallGateway;
let env: Record<string, string>;
let folder: string;
beforeAll(async () => {
  gateway = await startSmallGateway();
  gateway.details = [detail];
  env = { NIGHTSHIFT_URL: gateway.url, NIGHTSHIFT_TOKEN: 't' };
  folder = mkdtempSync(join(tmpdir(), 'nightshift-graph-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await gateway.close();
});

const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 2, 0, second)).toISOString();
const entry = (
  seq: number,
  [from, to]: readonly [number, number],
  kind: JournalEntry['kind'],
  text: string,
  more: Partial<JournalEntry> = {},
): JournalEntry => ({ seq, at: at(from), endedAt: at(to), kind, name: kind, text, status: 'ok', ...more });

const story = [
  entry(1, [0, 5], 'read', 'pods of shop'),
  entry(2, [1, 3], 'read', 'logs of api'),
  entry(3, [6, 7], 'read', 'node w3'),
  entry(4, [8, 9], 'read', 'node w3'),
  entry(5, [9, 9], 'finding', 'one node'),
  entry(6, [10, 60], 'question', 'Move "shop" <off> w3', { facts: { answer: 'approve', people: ['ana'] } }),
  entry(7, [59, 59], 'decision', 'ana: approve'),
  entry(8, [61, 62], 'change', 'Cordon w3', { status: 'failed' }),
  entry(9, [63, 64], 'change', 'Delete pod a', { status: 'skipped' }),
  entry(10, [70, 70], 'end', 'aborted', { status: 'failed' }),
];

test('rows follow each other; what overlaps stands side by side, the same again is counted', () => {
  const rows = graphOf(story).map((row) => row.map((node) => `${node.text} x${node.times}`));
  expect(rows).toEqual([
    ['pods of shop x1', 'logs of api x1'],
    ['node w3 x2'],
    ['Move "shop" <off> w3 x1'],
    ['Cordon w3 x1'],
    ['Delete pod a x1'],
    ['aborted x1'],
  ]);
});

test('as Mermaid: texts from elsewhere stay texts, answers lead on', () => {
  expect(mermaidOf(graphOf(story))).toBe(
    `flowchart TD
  n1["read: pods of shop"]
  n2["read: logs of api"]
  n3["read: node w3 (2 times)"]
  n6{"question: Move #34;shop#34; #60;off#62; w3"}
  n8[["change: Cordon w3"]]
  n9[["change: Delete pod a"]]
  n10(["end: aborted"])
  n1 & n2 --> n3
  n3 --> n6
  n6 -->|"approve (ana)"| n8
  n8 --> n9
  n9 --> n10
  classDef failed stroke:#b00020,stroke-width:2px
  class n8,n10 failed
  classDef skipped stroke-dasharray:4
  class n9 skipped
`,
  );
});

test('as SVG: every node is drawn, nothing of a text is markup, long texts are cut', () => {
  const long = entry(11, [80, 81], 'read', 'x'.repeat(300));
  const svg = svgOf(graphOf([...story, long]), 'Pods <crash>');
  expect(svg.match(/<rect x=/g)).toHaveLength(8);
  expect(svg).toContain('Pods &#60;crash&#62;');
  expect(svg).toContain('Move &#34;shop&#34; &#60;off&#62;');
  expect(svg).toContain('approve (ana)');
  expect(svg.replace(/<title>.*?<\/title>/g, '')).not.toContain('x'.repeat(40));
});

test('a run that has done nothing yet is an empty graph', () => {
  expect(mermaidOf(graphOf([]))).toBe('flowchart TD\n');
  expect(svgOf(graphOf([]), 'Nothing')).toContain('</svg>');
});

test('prints the graph of a run, or writes it to a file', async () => {
  const printed = await nightshift(['runbook', 'graph', 'pods-crash'], { env });
  expect(printed).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^flowchart TD\n {2}n1\["read: error rate/),
  });
  const file = join(folder, 'run.svg');
  const written = await nightshift(['runbook', 'graph', '--format', 'svg', '--out', file], { env });
  expect(written).toMatchObject({ code: 0, out: `Drawn: ${file}\n` });
  expect(readFileSync(file, 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
});

test.each([
  [['nothing-like-it'], 4, 'no run is called "nothing-like-it"'],
  [['--format', 'png'], 2, 'Allowed choices are mermaid, svg'],
  [['--out', '/nonexistent/run.svg'], 2, 'cannot be written'],
])('%j is refused with %i', async (args, code, message) => {
  const ran = await nightshift(['runbook', 'graph', ...args], { env });
  expect(ran.code).toBe(code);
  expect(ran.err).toContain(message);
});

const recordOf = (lines: readonly JournalEntry[], kinds: readonly string[]) => ({
  ...{ deployment: 'test', workflowId: detail.run.workflowId, checkpoint: 'log\n9\nroot\n' },
  entries: kinds.map((kind, index) => ({
    index,
    leaf: JSON.stringify({ kind, at: at(70), facts: kind === 'journal' ? { lines } : {} }),
  })),
});

test('an ended run is drawn from its record, also when Temporal has forgotten it', async () => {
  const { state: _, ...forgotten } = detail;
  const ended = { ...forgotten, run: { ...detail.run, status: 'ended' as const }, note: 'it is unknown' };
  gateway.details = [ended];
  gateway.records = {
    [detail.run.workflowId]: recordOf([...story].reverse(), [
      'run-started',
      'journal',
      'run-ended',
      'sealed',
    ]),
  };
  expect(await nightshift(['runbook', 'graph'], { env })).toMatchObject({
    code: 0,
    out: mermaidOf(graphOf(story)),
  });
  // Its end has no place in the log yet: the run tells it, or nobody.
  gateway.records = { [detail.run.workflowId]: recordOf(story, ['run-started', 'journal']) };
  expect(await nightshift(['runbook', 'graph'], { env })).toMatchObject({
    code: 5,
    err: expect.stringContaining('its record has no line of it either'),
  });
  gateway.details = [{ ...ended, state: detail.state }];
  gateway.records = {};
  const told = await nightshift(['runbook', 'graph'], { env });
  expect(told).toMatchObject({ code: 0, out: mermaidOf(graphOf(detail.state!.journal)) });
  gateway.details = [detail];
});

test('an open run that no longer tells its beginning says so beside the graph', async () => {
  gateway.details = [{ ...detail, state: { ...detail.state!, cut: { journal: 12, questions: 0 } } }];
  const ran = await nightshift(['runbook', 'graph'], { env });
  expect(ran).toMatchObject({ code: 0, out: expect.stringMatching(/^flowchart TD/) });
  expect(ran.err).toContain('The first 12 lines of its story are not drawn');
  gateway.details = [detail];
});

test('a run that does not answer says why', async () => {
  const { state: _, ...silent } = detail;
  gateway.details = [{ ...silent, note: 'no worker took the question' }];
  const ran = await nightshift(['runbook', 'graph'], { env });
  expect(ran).toMatchObject({ code: 5, err: expect.stringContaining('no worker took the question') });
  gateway.details = [detail];
});
