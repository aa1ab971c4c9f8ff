import { expect, test } from '@jest/globals';
import { parseIpvsRules } from '../../../../activities/hosts/kube-proxy/ipvs-rules.ts';
import { sampleText } from '../sample.ts';

const parse = (...clusterIPs: string[]) =>
  parseIpvsRules(sampleText('ipvsadm-save.by-hand.txt'), { clusterIPs: new Set(clusterIPs) });

test('virtual servers of cluster IPs with the endpoints that get new connections', () => {
  const { rules, hasServiceChain } = parse(
    '10.96.0.1',
    '10.96.45.12',
    '10.96.0.10',
    '10.96.7.7',
    '10.96.8.8',
    'fd00:10:96::1',
  );
  expect(hasServiceChain).toBe(true);
  expect(
    rules.map(({ clusterIP, protocol, port, endpoints }) => [clusterIP, protocol, port, endpoints]),
  ).toEqual([
    ['10.96.0.1', 'TCP', 443, ['10.99.0.1:6443']],
    ['10.96.45.12', 'TCP', 5432, ['10.244.2.2:5432']],
    ['10.96.0.10', 'UDP', 53, ['10.244.1.4:53', '10.244.3.4:53']],
    ['fd00:10:96::1', 'TCP', 443, ['[fd00:10:99::1]:6443']],
    ['10.96.8.8', 'SCTP', 9, ['10.244.1.5:9']],
  ]);
});

test('node ports are no cluster IPs', () => {
  expect(parse('10.96.0.1').rules).toHaveLength(1);
  expect(parse()).toEqual({ hasServiceChain: false, rules: [] });
});
