import { expect, test } from '@jest/globals';
import type { ServiceStatus } from '../../../activities/hosts/contract.ts';
import { kubeProxyRunner, type Template } from '../../../runbooks/analysis/kube-proxy-runner.ts';
import { pod } from '../pod.ts';
import { serviceRunning } from '../service-status.ts';

const RUNS = {};
const STOPPED = { activeState: 'inactive' };
const ABSENT = { loadState: 'not-found', activeState: 'inactive' };

const NO_DAEMONSET: Template = { found: false, containers: [] };
const DAEMONSET: Template = {
  found: true,
  updateStrategy: 'OnDelete',
  containers: [
    { name: 'iptables-cleanup', kind: 'init', limits: {} },
    { name: 'kube-proxy', kind: 'main', limits: { memory: '24Mi' } },
  ],
};
const workload = { kind: 'DaemonSet', name: 'kube-proxy', uid: 'ds' };
const OURS = { ...pod('kube-proxy-x', { node: 'w3' }), namespace: 'kube-system', workload };
const ANOTHER = { ...OURS, workload: { ...workload, name: 'log-shipper' } };

const runner = (status: Partial<ServiceStatus>, template: Template, pods = [ANOTHER]) =>
  kubeProxyRunner({ status: serviceRunning('kube-proxy.service', status), template, pods });

for (const [name, found, by] of [
  ['a unit that runs', runner(RUNS, NO_DAEMONSET), 'unit'],
  ['a unit that was stopped by hand', runner(STOPPED, NO_DAEMONSET), 'unit'],
  ['a unit, and a DaemonSet of other nodes', runner(RUNS, DAEMONSET), 'unit'],
  ['a pod', runner(ABSENT, DAEMONSET, [ANOTHER, OURS]), 'daemonset'],
  ['a pod, and a unit left from before', runner(STOPPED, DAEMONSET, [OURS]), 'daemonset'],
  ['a DaemonSet without a pod here', runner(ABSENT, DAEMONSET), 'daemonset'],
  ['both', runner(RUNS, DAEMONSET, [OURS]), 'both'],
  ['a unit that crashes, and a pod', runner({ activeState: 'activating' }, DAEMONSET, [OURS]), 'both'],
  ['neither', runner(ABSENT, NO_DAEMONSET), 'nobody'],
] as const) {
  test(`${name}: ${by}`, () => expect(found.by).toBe(by));
}

test('what a repair needs of the DaemonSet is its main container, its limit and its strategy', () => {
  expect(runner(ABSENT, DAEMONSET, [OURS])).toEqual({
    by: 'daemonset',
    of: { pod: OURS, container: 'kube-proxy', limit: '24Mi', updateStrategy: 'OnDelete' },
  });
});

test('a pod that is being deleted runs nothing', () => {
  const leaving = { ...OURS, condition: 'terminating' as const };
  expect(runner(RUNS, DAEMONSET, [leaving]).by).toBe('unit');
});

test('two that write the same rules are said, and so is nobody', () => {
  expect(runner(RUNS, DAEMONSET, [OURS])).toMatchObject({
    statement: expect.stringMatching(/kube-proxy\.service and the pod kube-system\/kube-proxy-x/),
  });
  expect(runner(ABSENT, NO_DAEMONSET)).toMatchObject({
    statement: expect.stringMatching(/neither kube-proxy\.service nor a DaemonSet kube-system\/kube-proxy/),
  });
});
