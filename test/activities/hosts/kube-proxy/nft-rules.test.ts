import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseNftRules } from '../../../../activities/hosts/kube-proxy/nft-rules.ts';
import { sample } from '../sample.ts';

const text = sample('nft-kube-proxy-1.34.txt').lines.join('\n');

test('every cluster IP with its name, port and endpoints', () => {
  const { hasServiceChain, rules } = parseNftRules(text)!;
  expect(hasServiceChain).toBe(true);
  expect(rules.map(({ name, protocol, port }) => `${name} ${protocol} ${port}`).sort()).toEqual([
    'default/kubernetes:https TCP 443',
    'payments/payment-service:http TCP 80',
    'payments/postgres:postgres TCP 5432',
  ]);
  const named = (name: string) => rules.find((rule) => rule.name === name);
  expect(named('default/kubernetes:https')).toMatchObject({
    clusterIP: '10.96.0.1',
    endpoints: ['10.99.0.1:6443'],
  });
  expect(named('payments/payment-service:http')!.endpoints).toHaveLength(6);
});

test('a chain that leads nowhere has no endpoint, and external addresses are left out', () => {
  const lost = parseNftRules(text.replaceAll('"dnat"', '"other"'))!;
  expect(lost.rules.map(({ endpoints }) => endpoints)).toEqual([[], [], []]);
  expect(
    parseNftRules(text.replaceAll('"target":"service-'.replace(':', ': '), '"target": "external-'))!.rules,
  ).toEqual([]);
});

test('a table of somebody else, and what is no listing', () => {
  expect(parseNftRules('{"nftables": [{"metainfo": {}}, {"table": {}}]}')).toEqual({
    hasServiceChain: false,
    rules: [],
  });
  for (const wrong of ['', 'x', '[]', '{}', '{"nftables": 1}', '{"nftables": [{"rule": {}}]}', 'null']) {
    expect([wrong, parseNftRules(wrong)]).toEqual([wrong, undefined]);
  }
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const map = { map: { name: 'service-ips', elem: [value] } };
      const rule = { rule: { chain: 'service-X-a/b/tcp/c', expr: [value] } };
      expect(parseNftRules(JSON.stringify({ nftables: [map, rule] }))!.hasServiceChain).toBe(true);
    }),
  );
});

test('as several releases of nft list them, with and without comments on elements', () => {
  for (const release of ['ubuntu-24', 'rhel-9', 'suse-15']) {
    const listed = sample(`nft-${release}.by-hand.txt`).lines.join('\n');
    expect([release, parseNftRules(listed)!.rules]).toEqual([
      release,
      [
        {
          ...{ name: 'payments/postgres:postgres', clusterIP: '10.96.45.12', protocol: 'TCP', port: 5432 },
          endpoints: ['10.244.2.2:5432'],
        },
      ],
    ]);
  }
});
