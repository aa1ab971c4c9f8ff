import { changeHash, planHash, type PlannedChange } from '../../../activities/kit/index.ts';
import type { Question, RunState } from '../../../workflows/messages.ts';
import type { RunDetail } from '../../../gateway/api/runs.ts';
import { createScreen, type Screen } from '../../../cli/render/screen.ts';

export const NOW = new Date('2026-11-21T02:49:30Z');

export const screenOf = (width: number, colour = false): Screen =>
  createScreen({ width, colour, now: NOW, timeZone: 'UTC' });

const cordon: PlannedChange = {
  step: 'kubernetes.cordonNode',
  version: 1,
  input: { node: 'node-worker-3' },
  target: 'node/node-worker-3',
  summary: 'Cordon node-worker-3',
  risk: 'reversible',
  diff: [{ path: 'spec.unschedulable', before: false, after: true }],
  preconditions: { uid: '7a0c', unschedulable: false, cordonedBy: null },
  preimage: {},
  dryRun: 'server',
  warnings: ['2 of 3 nodes are left for new pods: 3.1 of 4 cores requested on them'],
  undo: {
    step: 'kubernetes.uncordonNode',
    version: 1,
    input: { node: 'node-worker-3' },
    target: 'node/node-worker-3',
    risk: 'reversible',
    summary: 'Uncordon node-worker-3',
    preconditions: {},
    diff: [{ path: 'spec.unschedulable', before: true, after: false }],
  },
};

const deletePod = (name: string): PlannedChange => ({
  step: 'kubernetes.deletePod',
  version: 1,
  input: { pod: { namespace: 'payments', name, uid: `uid-of-${name}` } },
  target: `pod/payments/${name}`,
  summary: `Delete pod payments/${name}`,
  risk: 'disruptive',
  diff: [{ path: 'pod', before: `${name}, CrashLoopBackOff, on node-worker-3`, after: null }],
  preconditions: { uid: `uid-of-${name}` },
  preimage: {},
  dryRun: 'server',
  warnings: [],
});

const uncordon: PlannedChange = {
  ...cordon,
  step: 'kubernetes.uncordonNode',
  summary: 'Uncordon node-worker-3',
  diff: [{ path: 'spec.unschedulable', before: true, after: false }],
  dryRun: 'derived',
  warnings: [],
  undo: undefined,
  once: { step: 'hosts.kubeProxySynced', input: { host: 'node-worker-3' }, maxAge: '30s' },
};

const changes = [cordon, deletePod('payment-service-7d9f-abc12'), deletePod('payment-service-7d9f-def34')];
const digest = {
  ordinal: 1,
  title: 'Move payment-service off node-worker-3',
  changes: changes.map(changeHash),
  putBacks: [changeHash(uncordon)],
  risk: 'disruptive' as const,
  steps: [...changes, uncordon].map((c) => c.step),
};

export const WORKFLOW_ID = 'pods-crash-on-one-node/payments.payment-service/1';

export const approval: Question = {
  id: 'plan-1',
  kind: 'approve',
  title: digest.title,
  body: [
    '**Error rate** of payment-service is 47 % (limit 1 %), since 02:44.',
    '',
    '- Crashing pods share one node: `node-worker-3` (2 of 2 sick there, 0 of 2 healthy)',
    '- Tied: revision 2 runs only on that node',
    '- A healthy pod reaches 10.96.45.12:5432; node-worker-3 does not',
  ].join('\n'),
  options: [
    { answer: 'approve', meaning: 'Carry out exactly this plan' },
    { answer: 'reject', meaning: 'Change nothing' },
  ],
  from: ['payments-oncall'],
  quorum: 1,
  openedAt: '2026-11-21T02:48:50Z',
  deadline: '2026-11-21T02:58:50Z',
  needs: [],
  excluded: [],
  escalation: [{ at: '2026-11-21T02:53:50Z', to: ['platform-oncall'] }],
  extensions: [],
  silence: 'nothing is changed and the run ends as rejected',
  plan: {
    hash: planHash(digest),
    cluster: 'lab',
    digest,
    changes,
    putBacks: [uncordon],
    risk: 'disruptive',
    inPart: false,
    expiresAt: '2026-11-21T03:18:50Z',
  },
};

export const hold: Question = {
  id: 'hold-1',
  kind: 'hold',
  title: 'Check "All pods are ready" did not pass in 5 minutes',
  body: 'Last verdict: **fail**, 3 of 4 pods are ready; payment-service-x is Pending: 0/2 nodes have memory left.',
  options: [
    { answer: 'retry', meaning: 'look again for 5 minutes' },
    { answer: 'skip', meaning: 'go on as if it had passed' },
    { answer: 'abort', meaning: 'end the run; what was changed is offered for undo' },
  ],
  from: ['payments-oncall'],
  quorum: 1,
  openedAt: '2026-11-21T02:48:50Z',
  needs: [],
  excluded: [],
  escalation: [],
  extensions: [],
  silence: 'the run waits and the node stays cordoned',
};

export const run: RunState = {
  workflowId: WORKFLOW_ID,
  runbook: 'pods-crash-on-one-node',
  title: 'Pods of one service crash, all on one node',
  startedAt: '2026-11-21T02:47:10Z',
  doing: 'waits for an approval',
  waitingFor: {
    what: 'approval of "Move payment-service off node-worker-3"',
    whom: ['payments-oncall'],
    since: '2026-11-21T02:48:50Z',
    until: '2026-11-21T02:58:50Z',
  },
  questions: [approval],
  journal: [
    {
      seq: 1,
      at: '2026-11-21T02:47:11Z',
      endedAt: '2026-11-21T02:47:11.180Z',
      kind: 'read',
      name: 'prometheus.errorRate',
      text: 'error rate of payment-service',
      status: 'ok',
    },
    {
      seq: 2,
      at: '2026-11-21T02:47:12Z',
      endedAt: '2026-11-21T02:47:27.400Z',
      kind: 'read',
      name: 'kubernetes.listPods',
      text: 'pods app=payment-service in payments',
      status: 'ok',
    },
    {
      seq: 3,
      at: '2026-11-21T02:48:20Z',
      kind: 'finding',
      name: 'finding',
      text: 'Crashing pods share one node: node-worker-3 (2 of 2 sick, 0 of 2 healthy)',
      status: 'ok',
    },
    {
      seq: 4,
      at: '2026-11-21T02:48:40Z',
      endedAt: '2026-11-21T02:48:45Z',
      kind: 'check',
      name: 'kubernetes.probeFromNode',
      text: 'does node-worker-3 reach 10.96.45.12:5432?',
      status: 'failed',
    },
    {
      seq: 5,
      at: '2026-11-21T02:48:50Z',
      kind: 'question',
      name: 'plan-1',
      text: 'Move payment-service off node-worker-3',
      status: 'waiting',
    },
  ],
};

export const detail: RunDetail = {
  run: {
    workflowId: WORKFLOW_ID,
    runbook: run.runbook,
    title: run.title,
    input: { namespace: 'payments', service: 'payment-service' },
    trigger: {
      kind: 'alert',
      source: 'alertmanager',
      authenticated: true,
      alert: {
        id: 'alert-1',
        name: 'HighErrorRate',
        startedAt: '2026-11-21T02:47:00Z',
        labels: {},
        annotations: {},
      },
    },
    dryRun: false,
    shadow: false,
    status: 'started',
    receivedAt: '2026-11-21T02:47:09Z',
    startedAt: run.startedAt,
  },
  state: run,
  questions: [],
};
