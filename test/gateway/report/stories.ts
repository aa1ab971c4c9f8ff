/** An incident as the ledger would tell it, for the tests of its page. */
import type { IncidentStory } from '../../../gateway/report/incident-story.ts';
import type { JournalEntry } from '../../../workflows/messages.ts';
import { questionHash } from '../../../workflows/messages.ts';
import { approval, detail, WORKFLOW_ID } from '../../cli/render/samples.ts';

const at = (time: string) => `2026-11-21T02:${time}.000Z`;
let seq = 0;
const line = (
  [from, to]: readonly [string, string?],
  kind: JournalEntry['kind'],
  text: string,
  more: Partial<JournalEntry> = {},
): JournalEntry => ({
  ...{ seq: (seq += 1), at: at(from), kind, name: kind, text, status: 'ok' },
  ...(to && { endedAt: at(to) }),
  ...more,
});

const journal: readonly JournalEntry[] = [
  line(['47:11', '47:12'], 'read', 'error rate of payment-service', { name: 'prometheus.errorRate' }),
  line(['47:12'], 'finding', '33 % of 41 requests a second to payment-service fail', {
    facts: { evidence: ['HighErrorRate fired 2 times in the week before', 'counted 4 s ago'] },
  }),
  line(['47:14', '47:29'], 'read', 'pods app=payment-service in payments', { name: 'kubernetes.listPods' }),
  line(['47:31'], 'finding', 'Crashing pods share one node: node-worker-3 (2 of 2 sick, 0 of 2 healthy)', {
    facts: {
      evidence: { 'node-worker-3': ['abc12: CrashLoopBackOff', 'def34: CrashLoopBackOff'], others: 'well' },
    },
  }),
  line(['47:40', '47:44'], 'check', 'does node-worker-3 reach 10.96.45.12:5432?', { status: 'failed' }),
  line(['47:50'], 'decision', 'Granted by policy (diagnostic changes): Who reaches it?', { name: 'policy' }),
  line(['48:50', '50:20'], 'question', 'Move payment-service off node-worker-3', {
    facts: { answer: 'approve' },
  }),
  line(['50:20', '50:21'], 'change', 'Cordon node-worker-3', { facts: { outcome: 'applied' } }),
  line(['50:21', '50:24'], 'change', 'Delete pod payments/payment-service-7d9f-abc12', {
    facts: { outcome: 'applied' },
  }),
  line(['50:25', '51:40'], 'check', 'All pods of payment-service are ready', { facts: { verdict: 'pass' } }),
  line(['51:41', '52:30'], 'check', 'Users of payment-service are served again', {
    facts: { verdict: 'pass' },
  }),
  line(['53:10', '54:00'], 'question', 'Raise the memory of kube-proxy on node-worker-3', {
    facts: { answer: 'approve' },
  }),
  line(['54:00', '54:08'], 'change', 'Set MemoryMax of kube-proxy to 256M', {
    facts: { outcome: 'applied' },
  }),
  line(['54:10', '54:40'], 'check', 'kube-proxy on node-worker-3 has synced', { facts: { verdict: 'pass' } }),
  line(['54:41', '54:42'], 'change', 'Uncordon node-worker-3', { facts: { outcome: 'applied' } }),
  line(['54:50'], 'reminder', 'Does kube-proxy have the memory on every node?', {
    name: 'platform-oncall',
    facts: { in: '1 day' },
  }),
  line(['55:00'], 'end', 'completed'),
];

const { changes, putBacks } = approval.plan!;
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 80"><polyline points="0,70 60,68 100,20 160,18 220,66 300,70" fill="none" stroke="#b3261e" stroke-width="2"/></svg>`;

export const story: IncidentStory = {
  deployment: 'lab',
  at: at('55:30'),
  journal,
  run: {
    ...detail.run,
    status: 'ended',
    outcome: 'completed',
    endedAt: at('55:00'),
    result: {
      ticket: 'INC-12.md',
      summary:
        'Pods of payments/payment-service on node-worker-3 could not reach payments/postgres. They were moved, kube-proxy there was repaired, and the node takes pods again.',
      impact: 'When the run started, 33 % of 41 requests a second to payment-service failed.',
      rootCause: 'kube-proxy on node-worker-3 was killed by its memory limit and left old rules behind.',
      followUps: ['Give kube-proxy the same memory on every node'],
    },
  },
  incident: {
    ...{
      workflowId: WORKFLOW_ID,
      runbook: detail.run.runbook,
      title: detail.run.title,
      outcome: 'completed',
    },
    receivedAt: detail.run.receivedAt,
    milestones: {
      'impact-began': { at: at('44:30'), because: 'the first sign of trouble that the run found' },
      detected: { at: at('47:00'), because: 'the alert HighErrorRate started to fire' },
      acknowledged: { at: at('50:20'), because: 'ana answered approve' },
      mitigated: { at: at('52:30'), because: 'the run saw that users are well again' },
      resolved: { unknown: '1 of its alerts had not ended' },
    },
  },
  questions: [
    {
      workflowId: WORKFLOW_ID,
      runbook: detail.run.runbook,
      question: approval,
      questionHash: questionHash(WORKFLOW_ID, approval),
      status: 'closed',
      closedAt: at('50:20'),
      closedAs: 'approve',
      decisions: [
        {
          ...{ id: 'd1', workflowId: WORKFLOW_ID, questionId: approval.id, person: 'ana', answer: 'approve' },
          ...{ reason: 'the diff is what I expect', receivedAt: at('50:19') },
          outcome: { counted: true, votes: 1, needed: 1, closed: true },
        },
        {
          ...{ id: 'd2', workflowId: WORKFLOW_ID, questionId: approval.id, person: 'eve', answer: 'approve' },
          ...{ reason: '', receivedAt: at('50:25') },
          outcome: { counted: false, why: 'the question is closed' },
        },
      ],
    },
  ],
  changes: [
    ...changes.map((change, index) => ({
      ...{ plan: 1, position: { kind: 'change' as const, index }, change, begunAt: at('50:20') },
      outcome: 'applied' as const,
    })),
    {
      ...{
        plan: 1,
        position: { kind: 'put-back' as const, index: 0 },
        change: putBacks[0]!,
        begunAt: at('54:41'),
      },
      outcome: 'applied' as const,
    },
  ],
  leftovers: [
    {
      ...{ id: 'l1', workflowId: WORKFLOW_ID, target: 'host/node-worker-3', what: 'MemoryMax of kube-proxy' },
      ...{
        why: 'the repair',
        owner: 'platform-oncall',
        since: at('54:08'),
        expiresAt: '2026-11-28T02:54:08.000Z',
      },
    },
  ],
  artefacts: [
    {
      ...{ name: 'error-rate.svg', mediaType: 'image/svg+xml', bytes: svg.length, sha256: 'a'.repeat(64) },
      ...{ keptAt: at('47:12'), content: Buffer.from(svg) },
    },
    {
      ...{
        name: 'crash.log',
        mediaType: 'text/plain',
        bytes: 40,
        sha256: 'b'.repeat(64),
        keptAt: at('47:40'),
      },
      content: Buffer.from('dial tcp 10.96.45.12:5432: i/o timeout\n'),
    },
    {
      ...{
        name: 'heap.bin',
        mediaType: 'application/octet-stream',
        bytes: 4_000_000,
        sha256: 'c'.repeat(64),
      },
      keptAt: at('47:41'),
    },
  ],
};
