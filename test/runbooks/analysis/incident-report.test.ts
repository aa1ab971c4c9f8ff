import { describe, expect, test } from '@jest/globals';
import { grantedBy, incidentReport, type IncidentFacts } from '../../../runbooks/analysis/incident-report.ts';
import {
  acknowledgedAt,
  incidentTimes,
  spoken,
  type JournalEntry,
} from '../../../runbooks/analysis/incident-times.ts';

const at = (minute: number, second = 0) => new Date(Date.UTC(2026, 10, 21, 2, minute, second)).toISOString();
let seq = 0;
const entry = (
  minute: number,
  kind: JournalEntry['kind'],
  name: string,
  text: string,
  facts: JournalEntry['facts'] = {},
): JournalEntry => ({
  seq: ++seq,
  at: at(minute),
  kind,
  name,
  text,
  status: 'ok',
  facts,
});
const journal: JournalEntry[] = [
  entry(47, 'read', 'kubernetes.listPods', 'pods'),
  entry(48, 'finding', 'finding', 'Two pods are sick', {
    evidence: { 'shop-a': 'on w3', counts: ['node w3: 2 sick, 0 healthy'] },
  }),
  entry(48, 'propose', 'plan 1', 'Who reaches it?'),
  entry(48, 'decision', 'policy', 'Granted by policy (diagnostic changes): Who reaches it?', {
    rule: 'diagnostic changes',
  }),
  entry(48, 'change', 'kubernetes.probeFromNode', 'Connect from w3', {
    target: 'node/w3',
    risk: 'diagnostic',
    plan: 1,
    outcome: 'applied',
  }),
  entry(49, 'propose', 'plan 2', 'Move shop off w3'),
  entry(49, 'question', 'q1', 'Move shop off w3', { answer: 'approve', people: ['ana', 'ben'] }),
  entry(50, 'decision', 'q1', 'ana: approve', { person: 'ana' }),
  entry(51, 'change', 'kubernetes.cordonNode', 'Cordon w3', {
    target: 'node/w3',
    risk: 'reversible',
    plan: 2,
    outcome: 'applied',
  }),
];
const facts: IncidentFacts = {
  title: 'shop: pods crash on w3',
  summary: 'It was repaired.',
  impact: '33 % of requests failed.',
  rootCause: 'kube-proxy was killed.',
  followUps: ['Raise it everywhere'],
  run: 'pods-crash-on-one-node/shop/1',
  moments: { began: at(46), detected: at(47), acknowledged: at(50), mitigated: at(53), resolved: at(59, 30) },
  journal,
};

test('it tells when, what, who and why', () => {
  const report = incidentReport(facts);
  expect(report).toMatch(/^# shop: pods crash on w3$/m);
  expect(report).toMatch(/^\| detected \| 02:47:00 \| 1 min \|$/m);
  expect(report).toMatch(/^\| resolved \| 02:59:30 \| 13 min 30 s \|$/m);
  expect(report).toMatch(
    /^\| 02:48:00 \| Connect from w3 \| node\/w3 \| diagnostic \| policy \(diagnostic changes\) \| applied \|$/m,
  );
  expect(report).toMatch(/^\| 02:51:00 \| Cordon w3 \| node\/w3 \| reversible \| ana, ben \| applied \|$/m);
  expect(report).toMatch(/^\*\*Two pods are sick\*\*\n- shop-a: on w3$/m);
  expect(report).toMatch(/^- \[ \] Raise it everywhere$/m);
  expect(report).toMatch(/it looked 1 times in all/);
});

test('other people’s text cannot pass for markup', () => {
  const report = incidentReport({
    ...facts,
    title: 'a\n# b',
    journal: [
      entry(1, 'finding', 'f', 'log says ![x](http://evil) <img src=x>\u202e\u0007', {
        evidence: ['| a | b'],
      }),
    ],
  });
  expect(report).toMatch(/^# a # b$/m);
  expect(report).toContain('!\\[x](http://evil) \\<img src=x>');
  expect(report).not.toMatch(/[\u202e\u0007]/);
});

test('a run that changed nothing says so', () => {
  const report = incidentReport({ ...facts, journal: [], followUps: [] });
  expect(report).toMatch(/Nothing was changed/);
  expect(report).toMatch(/## Follow-ups\n\nNone\./);
});

test('a plan that was rejected and asked again is granted by who approved it at last', () => {
  const twice = [
    entry(1, 'propose', 'plan 3', 'Move'),
    entry(2, 'question', 'q1', 'Move', { answer: 'reject', people: ['ana'] }),
    entry(3, 'propose', 'plan 4', 'Move'),
    entry(4, 'question', 'q2', 'Move', { answer: 'approve', people: ['ben'] }),
  ];
  expect(grantedBy(twice, 4)).toBe('ben');
  expect(grantedBy(twice, 9)).toBe('');
});

describe('times', () => {
  test('a beginning after the alert is no beginning', () => {
    expect(incidentTimes({ began: at(50), detected: at(47), resolved: at(57) })).toEqual({
      toDetect: undefined,
      toAcknowledge: undefined,
      toMitigate: undefined,
      toResolve: 600,
    });
  });
  test('a policy acknowledges nothing', () => {
    expect(acknowledgedAt(journal)).toBe(at(50));
    expect(acknowledgedAt(journal.filter((e) => e.name === 'policy'))).toBeUndefined();
  });
  test.each([
    [0, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [252, '4 min 12 s'],
    [3661, '1 h 1 min 1 s'],
  ])('%d seconds are %s', (seconds, words) => {
    expect(spoken(seconds)).toBe(words);
  });
});

test('what was kept is listed once, with its hash', () => {
  const kept = { name: 'heap.svg', sha256: 'a'.repeat(64), mediaType: 'image/svg+xml', bytes: 12 };
  const [first] = journal;
  const twice = [1, 2].map(() => ({ ...first!, facts: { artefacts: [kept, { name: '../etc' }] } }));
  const report = incidentReport({ ...facts, journal: twice });
  expect(report).toContain(`## Artefacts\n\n- heap.svg, 12 bytes, SHA-256 \`${'a'.repeat(64)}\`\n\n##`);
  expect(incidentReport(facts)).toContain('## Artefacts\n\nNone.');
});

test('what stood where is told in words, and where its picture is', () => {
  const report = incidentReport({
    ...facts,
    journal: [...journal, entry(49, 'note', 'topology', 'Broken: 2 of 4 pods of shop; and w3', { pods: [] })],
  });
  expect(report).toContain(
    '## Topology\n\nBroken: 2 of 4 pods of shop; and w3. The picture is in the page of the incident: `nightshift report ',
  );
  expect(incidentReport({ ...facts, journal })).not.toContain('## Topology');
  // Facts that were too long for the journal: the page draws none.
  const cut = entry(49, 'note', 'topology', 'Broken: 2 of 4 pods of shop', { cut: '{"services":[' });
  expect(incidentReport({ ...facts, journal: [...journal, cut] })).toContain(
    '## Topology\n\nBroken: 2 of 4 pods of shop.\n\n## Changes',
  );
});
