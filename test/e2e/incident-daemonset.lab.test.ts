/** The incident of the first runbook where kube-proxy is a DaemonSet: the run finds that out and repairs it there. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { effectiveWrites, openAuditLog } from '../../lab/audit-log.ts';
import type { Lab } from '../../lab/index.ts';
import { labUnderTest } from '../lab/lab-under-test.ts';
import { startStack, type Stack } from './stack.ts';
import { nextQuestion } from './next-question.ts';

const MINUTES = 60_000;
const NODE = 'node-worker-3';

let lab: Lab;
let stack: Stack;

beforeAll(async () => {
  ({ lab } = await labUnderTest());
  await lab.heal();
  await lab.runKubeProxyAs('daemonset');
  await lab.breakIt();
  stack = await startStack();
  await stack.start('worker');
  await stack.start('gateway');
}, 15 * MINUTES);

afterAll(() => stack.stop());
afterAll(async () => {
  await lab.heal();
  await lab.runKubeProxyAs('unit');
}, 15 * MINUTES);

test(
  'raises the limit of the DaemonSet, replaces the pod of the node, and puts the node back once it routes',
  async () => {
    const since = new Date();
    const audit = openAuditLog(stack.lab.auditLog);
    const writes = (filter: Parameters<typeof effectiveWrites>[1]) =>
      effectiveWrites(audit.requests(), { since, user: /nightshift-change/, ...filter });

    expect(await stack.sendAlert()).toBe(202);
    const run = await stack.firstRun();
    await stack.answer(await stack.question(run, /^Move payment-service off/), 'approve');

    const fix = await nextQuestion(stack, run);
    expect(fix.question.title).toBe(`Give kube-proxy on ${NODE} 96Mi of memory`);
    expect(fix.question.body).toMatch(/is killed at its memory limit of 18Mi/);
    expect(fix.question.plan!.changes).toMatchObject([
      { step: 'kubernetes.setResources', target: 'daemonset/kube-system/kube-proxy' },
      { step: 'kubernetes.deletePod', target: expect.stringMatching(/^pod\/kube-system\/kube-proxy-/) },
    ]);
    await stack.answer(fix, 'approve');

    expect(await stack.ended(run)).toMatchObject({ outcome: 'completed' });
    const [cordon, uncordon, ...more] = writes({ resource: 'nodes', name: NODE });
    expect(more).toEqual([]);
    const inKubeSystem = writes({ namespace: 'kube-system' });
    expect(inKubeSystem.map(({ verb, resource }) => `${verb} ${resource}`)).toEqual([
      'patch daemonsets',
      'delete pods',
    ]);
    expect(inKubeSystem.every(({ at }) => at > cordon!.at && at < uncordon!.at)).toBe(true);
    expect(await stack.ledger.leftovers()).toEqual([]);
    await stack.verifiedRecord(run);
  },
  15 * MINUTES,
);
