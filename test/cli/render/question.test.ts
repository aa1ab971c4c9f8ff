import { expect, test } from '@jest/globals';
import { howToAnswer } from '../../../cli/render/how-to-answer.ts';
import { columns } from '../../../cli/render/layout.ts';
import { renderQuestion } from '../../../cli/render/question.ts';
import type { Question } from '../../../workflows/messages.ts';
import { approval, hold, screenOf, WORKFLOW_ID } from './samples.ts';

const render = (question: Question, width: number, colour = false) => {
  const asked = { workflowId: WORKFLOW_ID, question };
  const screen = screenOf(width, colour);
  return [...renderQuestion(asked, screen), ...howToAnswer(asked, screen)].join('\n');
};

test('a plan on 80 columns', () => {
  expect(render(approval, 80)).toMatchInlineSnapshot(`
   "APPROVE? Move payment-service off node-worker-3                       disruptive

   run       pods-crash-on-one-node/payments.payment-service/1
   question  plan-1, asked 02:48:50, 40 s ago
   cluster   lab
   deadline  02:58:50, 9 min 20 s left
   silence   nothing is changed and the run ends as rejected
   who       payments-oncall: one person; platform-oncall as well from 02:53:50

   WHY
     Error rate of payment-service is 47 % (limit 1 %), since 02:44.

     • Crashing pods share one node: node-worker-3 (2 of 2 sick there, 0 of 2
       healthy)
     • Tied: revision 2 runs only on that node
     • A healthy pod reaches 10.96.45.12:5432; node-worker-3 does not

   WHAT IT WILL DO: 3 changes, in this order
    1. Cordon node-worker-3                                              reversible
        on node/node-worker-3
        - spec.unschedulable: false
        + spec.unschedulable: true
        ! 2 of 3 nodes are left for new pods: 3.1 of 4 cores requested on them
        · kubernetes.cordonNode; the server tried it out (dry run)
        · only while uid=7a0c unschedulable=false cordonedBy=null
        ↶ undo: Uncordon node-worker-3

    2. Delete pod payments/payment-service-7d9f-abc12                    disruptive
        on pod/payments/payment-service-7d9f-abc12
        - pod: payment-service-7d9f-abc12, CrashLoopBackOff, on node-worker-3
        · kubernetes.deletePod; the server tried it out (dry run)
        · only while uid=uid-of-payment-service-7d9f-abc12
        ↶ there is no undo for this

    3. Delete pod payments/payment-service-7d9f-def34                    disruptive
        on pod/payments/payment-service-7d9f-def34
        - pod: payment-service-7d9f-def34, CrashLoopBackOff, on node-worker-3
        · kubernetes.deletePod; the server tried it out (dry run)
        · only while uid=uid-of-payment-service-7d9f-def34
        ↶ there is no undo for this

   PUT BACK LATER, under this same approval
    a. Uncordon node-worker-3                                            reversible
        on node/node-worker-3
        - spec.unschedulable: true
        + spec.unschedulable: false
        · kubernetes.uncordonNode; worked out from the changes before it
        · only while uid=7a0c unschedulable=false cordonedBy=null
        ? only once this check has passed, at most 30s before:
          hosts.kubeProxySynced host=node-worker-3

   BY HAND, if you would rather
     kubectl cordon node-worker-3
     kubectl delete pod -n payments payment-service-7d9f-abc12
     kubectl delete pod -n payments payment-service-7d9f-def34
     kubectl uncordon node-worker-3 # later

   plan c68b7a74328a risk disruptive valid until 03:18:50, in 29 min 20 s

   TO ANSWER
     nightshift approve --plan-hash c68b7a74328a
     nightshift reject --plan-hash c68b7a74328a --reason '...'"
  `);
});

test('a plan on a phone', () => {
  expect(render(approval, 40)).toMatchInlineSnapshot(`
   "APPROVE? Move payment-service off
   node-worker-3
   disruptive

   run pods-crash-on-one-node/payments.payment-service/1
   question plan-1, asked 02:48:50, 40 s
     ago
   cluster lab
   deadline 02:58:50, 9 min 20 s left
   silence nothing is changed and the run
     ends as rejected
   who payments-oncall: one person;
     platform-oncall as well from 02:53:50

   WHY
     Error rate of payment-service is 47 %
     (limit 1 %), since 02:44.

     • Crashing pods share one node:
       node-worker-3 (2 of 2 sick there, 0
       of 2 healthy)
     • Tied: revision 2 runs only on that
       node
     • A healthy pod reaches
       10.96.45.12:5432; node-worker-3 does
       not

   WHAT IT WILL DO: 3 changes, in this
   order
    1. Cordon node-worker-3      reversible
     on node/node-worker-3
     - spec.unschedulable: false
     + spec.unschedulable: true
     ! 2 of 3 nodes are left for new pods:
       3.1 of 4 cores requested on them
     · kubernetes.cordonNode; the server
       tried it out (dry run)
     · only while uid=7a0c
       unschedulable=false cordonedBy=null
     ↶ undo: Uncordon node-worker-3

    2. Delete pod
   payments/payment-service-7d9f-abc12
   disruptive
     on pod/payments/payment-service-7d9f-abc12
     - pod: payment-service-7d9f-abc12,
     -     CrashLoopBackOff, on
     -     node-worker-3
     · kubernetes.deletePod; the server
       tried it out (dry run)
     · only while
       uid=uid-of-payment-service-7d9f-abc12
     ↶ there is no undo for this

    3. Delete pod
   payments/payment-service-7d9f-def34
   disruptive
     on pod/payments/payment-service-7d9f-def34
     - pod: payment-service-7d9f-def34,
     -     CrashLoopBackOff, on
     -     node-worker-3
     · kubernetes.deletePod; the server
       tried it out (dry run)
     · only while
       uid=uid-of-payment-service-7d9f-def34
     ↶ there is no undo for this

   PUT BACK LATER, under this same approval
    a. Uncordon node-worker-3    reversible
     on node/node-worker-3
     - spec.unschedulable: true
     + spec.unschedulable: false
     · kubernetes.uncordonNode; worked out
       from the changes before it
     · only while uid=7a0c
       unschedulable=false cordonedBy=null
     ? only once this check has passed, at
       most 30s before:
       hosts.kubeProxySynced
       host=node-worker-3

   BY HAND, if you would rather
     kubectl cordon node-worker-3
     kubectl delete pod -n payments payment-service-7d9f-abc12
     kubectl delete pod -n payments payment-service-7d9f-def34
     kubectl uncordon node-worker-3 # later

   plan c68b7a74328a risk disruptive valid
   until 03:18:50, in 29 min 20 s

   TO ANSWER
     nightshift approve --plan-hash c68b7a74328a
     nightshift reject --plan-hash c68b7a74328a --reason '...'"
  `);
});

test('a hold on 120 columns', () => {
  expect(render(hold, 120)).toMatchInlineSnapshot(`
   "THE RUN HOLDS: Check "All pods are ready" did not pass in 5 minutes

   run       pods-crash-on-one-node/payments.payment-service/1
   question  hold-1, asked 02:48:50, 40 s ago
   deadline  none: it waits until somebody answers
   silence   the run waits and the node stays cordoned
   who       payments-oncall: one person

   WHY
     Last verdict: fail, 3 of 4 pods are ready; payment-service-x is Pending: 0/2 nodes have memory left.

   YOU CAN SAY
     retry: look again for 5 minutes
     skip: go on as if it had passed
     abort: end the run; what was changed is offered for undo

   TO ANSWER
     nightshift answer pods-crash-on-one-node/payments.payment-service/1 retry --question hold-1
     nightshift answer pods-crash-on-one-node/payments.payment-service/1 skip --question hold-1
     nightshift answer pods-crash-on-one-node/payments.payment-service/1 abort --question hold-1"
  `);
});

test.each([40, 80, 120])('nothing but words, ids and commands is wider than %i columns', (width) => {
  const wide = render(approval, width)
    .split('\n')
    .filter((line) => columns(line) > width && !/^ {2}(nightshift|kubectl) /.test(line));
  for (const line of wide) expect(line.trim().split(' ').length).toBeLessThanOrEqual(2);
});

test('colour is added to the same text', () => {
  expect(render(approval, 80, true).replace(/\u001b\[\d+m/g, '')).toBe(render(approval, 80));
  expect(render(approval, 80, true)).not.toBe(render(approval, 80));
});

test('a deadline that has passed, a quorum, and an escalation that has happened', () => {
  const text = render(
    {
      ...approval,
      quorum: 2,
      deadline: '2026-11-21T02:49:00Z',
      escalation: [{ at: '2026-11-21T02:48:55Z', to: ['platform-oncall'] }],
    },
    80,
  );
  expect(text).toContain('passed at 02:49:00');
  expect(text).toContain('payments-oncall: 2 different people; escalated to platform-oncall');
});

test('what could hide in a diff is shown', () => {
  const [first, ...rest] = approval.plan!.changes;
  const changes = [
    { ...first!, diff: [{ path: 'image', before: 'a:1', after: 'a:1\u202e\u001b[8m' }] },
    ...rest,
  ];
  expect(render({ ...approval, plan: { ...approval.plan!, changes } }, 80)).toContain(
    '+ image: a:1\\u202e\\u001b[8m',
  );
});

test('values of several lines keep their lines, removed and added ones their sign', () => {
  const [first] = approval.plan!.changes;
  const diff = [{ path: 'drop-in', before: null, after: '[Service]\nMemoryMax=64M\n' }];
  const text = render({ ...approval, plan: { ...approval.plan!, changes: [{ ...first!, diff }] } }, 80);
  expect(text).toContain(['     + drop-in: |', '     +   [Service]', '     +   MemoryMax=64M'].join('\n'));
});

test('why the policy wants so many is said with who is asked', () => {
  const consent = { at: approval.openedAt, because: 'outside of business hours, by the rule "two at night"' };
  expect(render({ ...approval, quorum: 2, consent }, 200)).toContain(
    'payments-oncall: 2 different people (outside of business hours, by the rule "two at night");',
  );
});
