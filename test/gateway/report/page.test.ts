import { expect, test } from '@jest/globals';
import { incidentPage, PAGE_POLICY } from '../../../gateway/report/page.ts';
import type { IncidentStory } from '../../../gateway/report/incident-story.ts';
import { corpus } from '../../hostile/corpus.ts';
import { story } from './stories.ts';

const page = incidentPage(story);
/** Without the style, whose text is the program's own. */
const bodyOf = (text: string) => text.slice(text.indexOf('</style>'));

test('tells what happened, when, who decided it and why, and what is left', () => {
  for (const said of [
    'They were moved, kube-proxy there was repaired',
    '33 % of 41 requests a second',
    'killed by its memory limit',
    'Crashing pods share one node',
    'the alert HighErrorRate started to fire',
    'the diff is what I expect',
    'not counted: the question is closed',
    'Granted by policy (diagnostic changes)',
    '<del>false</del>',
    'Put back: Uncordon node-worker-3',
    'MemoryMax of kube-proxy',
    'Give kube-proxy the same memory on every node',
    'dial tcp 10.96.45.12:5432: i/o timeout',
    'c'.repeat(64),
    'INC-12.md',
  ])
    expect(page).toContain(said);
  expect(page).toMatch(/<b>ana<\/b>:\s+approve/);
  expect(page).toMatch(/<small>to acknowledge<\/small>\s*<b>3 min 20 s<\/b>/);
  expect(page).toMatch(/<small>to resolve<\/small>\s*<b>not known<\/b>/);
});

test('draws the time line, and carries its charts', () => {
  expect(page).toMatch(/<svg\s+viewBox="0 0 900 \d+"/);
  for (const lane of ['looked', 'found', 'asked', 'changed', 'checked']) expect(page).toContain(`>${lane}<`);
  expect(page).toMatch(
    /<img\s+alt="error-rate.svg"\s+src="data:image\/svg\+xml;base64,[A-Za-z0-9+/]+(?:&#61;)*"/,
  );
});

test('an empty run is a page, too; an open one says that it is not over', () => {
  const { result: _, outcome: __, ...run } = story.run;
  const empty: IncidentStory = {
    ...{ ...story, journal: [], questions: [], changes: [], leftovers: [], artefacts: [], run },
    note: 'The run has not started yet.',
  };
  const text = incidentPage(empty);
  for (const said of ['not ended', 'has not started yet', 'Nothing was changed', 'Nobody was asked'])
    expect(text).toContain(said);
  expect(text).not.toContain('<svg');
});

test('what is open is drawn to the moment of the report, and each moment has its day', () => {
  const { result: _, outcome: __, endedAt: ___, ...run } = story.run;
  const [first] = story.journal;
  const open = { ...first!, at: '2026-11-21T02:47:00.000Z', endedAt: undefined, status: 'waiting' as const };
  const text = incidentPage({ ...story, run, journal: [open], at: '2026-11-23T04:00:00.000Z' });
  const widths = [...text.matchAll(/x="([\d.]+)"\s+y="\d+"\s+width="([\d.]+)"/g)];
  expect(widths.length).toBeGreaterThan(1);
  for (const [, x, width] of widths) expect(Number(x) + Number(width)).toBeLessThanOrEqual(880.1);
  expect(text).toMatch(/<td>2026-11-21 \d\d:\d\d:\d\d<\/td>/);
});

test('loads and runs nothing: its policy allows its own style and its own pictures alone', () => {
  expect(page).toContain(`<meta http-equiv="content-security-policy" content="${PAGE_POLICY}">`);
  expect(PAGE_POLICY).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; img-src data:; base-uri 'none'/,
  );
  expect(page).not.toMatch(/\s(?:href|action|srcset|style)\s*=/);
});

/** Every text of others in the story, replaced. */
function saying(hostile: string): IncidentStory {
  const [question] = story.questions;
  const [change] = story.changes;
  const nested = { [hostile]: [hostile, { [hostile]: hostile }], long: hostile.repeat(200) };
  const known = { at: story.at, because: hostile };
  return {
    ...story,
    deployment: hostile,
    note: hostile,
    run: {
      ...story.run,
      ...{ workflowId: hostile, title: hostile, runbook: hostile },
      result: {
        summary: hostile,
        impact: hostile,
        rootCause: hostile,
        followUps: [hostile],
        ticket: hostile,
      },
    },
    incident: {
      ...story.incident,
      milestones: { ...story.incident.milestones, detected: known, resolved: { unknown: hostile } },
    },
    journal: story.journal.map((line) => ({
      ...{ ...line, name: line.kind === 'decision' ? 'policy' : hostile, text: hostile },
      facts: { evidence: nested, outcome: hostile, in: hostile },
    })),
    questions: [
      {
        ...question!,
        question: { ...question!.question, title: hostile, from: [hostile] },
        closedAs: hostile,
        decisions: question!.decisions.map((decision) => ({
          ...decision,
          ...{ person: hostile, answer: hostile, reason: hostile },
          outcome: { counted: false as const, why: hostile },
        })),
      },
    ],
    changes: [
      {
        ...change!,
        message: hostile,
        change: {
          ...change!.change,
          ...{ summary: hostile, target: hostile, step: hostile },
          diff: [{ path: hostile, before: hostile, after: { [hostile]: hostile } }],
        },
      },
    ],
    leftovers: story.leftovers.map((left) => ({
      ...left,
      ...{ target: hostile, what: hostile, why: hostile, owner: hostile },
    })),
    artefacts: story.artefacts.map((kept) => ({ ...kept, name: hostile, content: Buffer.from(hostile) })),
  };
}

const PAYLOADS = [
  '<script src="http://evil.example/x.js"></script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='alert(1)",
  '</title></style></textarea><svg/onload=alert(1)>',
  '<link rel=stylesheet href=//evil.example>',
  'javascript:alert(1)',
  '<!--',
  ']]><iframe srcdoc="x">',
  '`onmouseover=alert(1)`',
  '\u202etxt.exe\u0000\u001b[2J',
];

test('texts of others stay text: no element, no attribute and no address comes from them', () => {
  const elements = (text: string) =>
    [...bodyOf(text).matchAll(/<\/?([a-z0-9!/]+)/gi)].map(([, name]) => name);
  const known = new Set(elements(page));
  for (const hostile of [...PAYLOADS, ...corpus.slice(0, 400)]) {
    const text = incidentPage(saying(hostile));
    const body = bodyOf(text);
    expect(elements(text).filter((name) => !known.has(name))).toEqual([]);
    // All that is between < and > was written here: names, numbers and text in double quotes.
    const tags = [...body.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
    expect(
      tags.filter((tag) => !/^<\/?[a-z0-9]+(?:\s+[a-zA-Z0-9-]+(?:="[^"<>]*")?)*\s*\/?>$/.test(tag)),
    ).toEqual([]);
    expect(tags.filter((tag) => /\s(?:on[a-z]+|href|style|srcset|action)\s*=/i.test(tag))).toEqual([]);
    const sources = tags.flatMap((tag) => /\ssrc="([^"]*)"/.exec(tag)?.[1] ?? []);
    expect(sources.filter((source) => !source.startsWith('data:image/svg+xml;base64,'))).toEqual([]);
    expect(text.match(/<title>[^<]*<\/title>/)).not.toBeNull();
    expect(body).not.toMatch(
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u,
    );
  }
});
