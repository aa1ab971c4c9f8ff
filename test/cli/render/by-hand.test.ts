import { expect, test } from '@jest/globals';
import { byHand } from '../../../cli/render/by-hand.ts';

test.each([
  ['kubernetes.cordonNode', { node: 'n1' }, 'kubectl cordon n1'],
  ['kubernetes.deletePod', { pod: { namespace: 'pay', name: 'a', uid: 'u' } }, 'kubectl delete pod -n pay a'],
  [
    'kubernetes.evictPod',
    { pod: { namespace: 'pay', name: 'a', uid: 'u' }, withinSeconds: 240 },
    `printf %s '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"namespace":"pay","name":"a"},"deleteOptions":{"preconditions":{"uid":"u"}}}' | kubectl create --raw /api/v1/namespaces/pay/pods/a/eviction -f -`,
  ],
  [
    'hosts.restartService',
    { host: 'n1', unit: 'kube-proxy.service' },
    "ssh n1 'sudo systemctl restart kube-proxy.service'",
  ],
  [
    'hosts.setServiceLimit',
    { host: 'n1', unit: 'kube-proxy.service', memoryMax: '64M' },
    "ssh n1 'sudo systemctl set-property kube-proxy.service MemoryMax=64M'",
  ],
])('%s', (step, input, command) => expect(byHand({ step, input })).toEqual([command]));

test('a value cannot leave its word', () => {
  expect(byHand({ step: 'kubernetes.cordonNode', input: { node: "n'; rm -rf / #" } })).toEqual([
    `kubectl cordon 'n'\\''; rm -rf / #'`,
  ]);
});

test('a step that no single command does has none', () => {
  expect(byHand({ step: 'tickets.open', input: {} })).toEqual([]);
});
