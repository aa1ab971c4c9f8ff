/** Whatever it is made of, what people read drives no terminal, hides nothing in a picture, and comes to an end. */
import { expect, test } from '@jest/globals';
import type { JournalEntry, Question } from '../../workflows/messages.ts';
import { graphOf } from '../../cli/graph/story-graph.ts';
import { mermaidOf } from '../../cli/graph/mermaid.ts';
import { svgOf } from '../../cli/graph/svg.ts';
import { clean, cleanLine, printableJson, revealed } from '../../cli/render/clean.ts';
import { renderStory } from '../../cli/render/journal.ts';
import { fit, wrap } from '../../cli/render/layout.ts';
import { renderMarkdown } from '../../cli/render/markdown.ts';
import { renderQuestion } from '../../cli/render/question.ts';
import { renderTable } from '../../cli/render/table.ts';
import { approval, screenOf } from '../cli/render/samples.ts';
import { corpus, endless } from './corpus.ts';

/** Control characters but for the end of a line, and what turns a line around. */
const ACTS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** For what is drawn at some length; texts and JSON go through with all of them. */
const some = corpus.slice(0, 1_000);
const screen = screenOf(100);
const driven = (lines: readonly string[]): string[] => lines.filter((line) => ACTS.test(line)).slice(0, 5);

const entry = (text: string, seq: number): JournalEntry => ({
  ...{
    seq,
    at: '2026-11-21T02:48:50Z',
    kind: seq % 2 ? 'finding' : 'change',
    name: text,
    text,
    status: 'ok',
  },
  facts: { evidence: { [text]: [text, { [text]: text }] }, person: text, answer: text },
});

function asked(text: string): Question {
  const plan = approval.plan!;
  const [change] = plan.changes;
  const changes = [
    {
      ...change!,
      ...{ summary: text, target: text, warnings: [text] },
      diff: [{ path: text, before: text, after: { [text]: text } }],
    },
  ];
  return {
    ...{ ...approval, title: text, body: text, silence: text, from: [text] },
    options: [{ answer: text, meaning: text }],
    excluded: [{ person: text, why: text }],
    plan: { ...plan, changes, putBacks: changes, cluster: text },
  };
}

test('texts', () => {
  expect(driven(corpus.flatMap((text) => [clean(text), cleanLine(text), revealed(text)]))).toEqual([]);
  expect(corpus.filter((text) => cleanLine(text).includes('\n'))).toEqual([]);
});

test('JSON is the same value, and can be shown', () => {
  const json = corpus.map((text) => printableJson({ [text]: text }));
  expect(driven(json)).toEqual([]);
  expect(json.map((text) => JSON.parse(text) as unknown)).toEqual(corpus.map((text) => ({ [text]: text })));
});

test('questions', () => {
  const lines = some
    .slice(0, 200)
    .flatMap((text) => renderQuestion({ workflowId: text, question: asked(text) }, screen));
  expect(driven(lines)).toEqual([]);
});

test('a run’s story, and tables', () => {
  const placing = { startedAt: '2026-11-21T02:48:00Z', screen };
  expect(driven(renderStory(some.map(entry), placing))).toEqual([]);
  const columns = [{ head: 'name', of: (text: string) => text, cuts: true }];
  expect(driven(renderTable(some, columns, screen))).toEqual([]);
  expect(driven(some.flatMap((text) => renderMarkdown(text, screen)))).toEqual([]);
});

test('pictures have no element and no line but their own', () => {
  const rows = graphOf(some.map(entry));
  const svg = svgOf(rows, corpus.slice(0, 10).join(''));
  expect(svg.match(/<(?!\/?(svg|title|rect|path|line|text|tspan|g|polygon|marker|defs)[ >/])/g)).toBeNull();
  expect(driven(svg.split('\n'))).toEqual([]);
  const mermaid = mermaidOf(rows).split('\n');
  expect(driven(mermaid)).toEqual([]);
  expect(mermaid.filter((line) => line !== '' && !/^( {2}|flowchart TD)/.test(line))).toEqual([]);
});

test.each(endless.map((text) => [text.slice(0, 6), text] as const))(
  'no end of %j comes to an end',
  (_piece, text) => {
    const shown = cleanLine(text);
    expect(
      driven([shown, fit(shown, 80), ...wrap(shown, { width: 80 }), ...renderMarkdown(text, screen)]),
    ).toEqual([]);
  },
);
