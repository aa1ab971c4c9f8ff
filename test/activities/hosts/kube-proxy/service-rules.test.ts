import { expect, test } from '@jest/globals';
import {
  normalAddress,
  notShown,
  parseRejections,
  parseServiceRules,
  socketAddress,
} from '../../../../activities/hosts/kube-proxy/service-rules.ts';
import { sampleText } from '../sample.ts';

const nat = sampleText('iptables-nat.txt');

test('every cluster IP with its name, port and endpoints', () => {
  const { hasServiceChain, rules } = parseServiceRules(nat);
  expect(hasServiceChain).toBe(true);
  expect(rules.map(({ name, protocol, port }) => `${name} ${protocol} ${port}`).sort()).toEqual([
    'default/kubernetes:https TCP 443',
    'payments/payment-service:http TCP 80',
    'payments/postgres:postgres TCP 5432',
  ]);
  const named = (name: string) => rules.find((rule) => rule.name === name);
  expect(named('default/kubernetes:https')).toMatchObject({
    clusterIP: '10.96.0.1',
    endpoints: [expect.stringMatching(/:6443$/)],
  });
  expect(named('payments/payment-service:http')?.endpoints).toHaveLength(6);
});

test('without comments, as kube-proxy writes them for more than 1,000 endpoints, the routes are the same', () => {
  const bare = nat.replaceAll(/^(-A KUBE-(?:SVC|SEP)-\S+.*?) -m comment --comment "[^"]*"/gm, '$1');
  expect(bare).not.toBe(nat);
  expect(parseServiceRules(bare)).toEqual(parseServiceRules(nat));
});

test('session affinity names an endpoint twice and it counts once', () => {
  const jump = nat.split('\n').find((line) => /^-A KUBE-SVC-.*postgres ->/.test(line))!;
  const sticky = jump.replace(
    ' -j ',
    ' -m recent --rcheck --seconds 10800 --reap --name X --mask 255.255.255.255 --rsource -j ',
  );
  expect(parseServiceRules(nat.replace(jump, `${sticky}\n${jump}`))).toEqual(parseServiceRules(nat));
});

test.each([
  [
    'an external IP',
    '-A KUBE-SERVICES -d 192.0.2.7/32 -p tcp -m comment --comment "a/b external IP" -m tcp --dport 80 -j KUBE-EXT-AAAA',
  ],
  ['node ports', '-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS'],
])('%s is no cluster IP', (_what, line) => {
  expect(parseServiceRules(`:KUBE-SERVICES - [0:0]\n${line}`).rules).toEqual([]);
});

test('IPv6, in whatever spelling, and a local policy', () => {
  const rules = parseServiceRules(
    [
      ':KUBE-SERVICES - [0:0]',
      '-A KUBE-SEP-X -p udp -m udp -j DNAT --to-destination [fd00:0:0::2]:53',
      '-A KUBE-SERVICES -d fd00:10:96:0::a/128 -p udp -m comment --comment "kube-system/dns:dns cluster IP" -m udp --dport 53 -j KUBE-SVL-X',
      '-A KUBE-SVL-X -j KUBE-SEP-X',
    ].join('\n'),
  ).rules;
  expect(rules).toEqual([
    {
      name: 'kube-system/dns:dns',
      clusterIP: 'fd00:10:96::a',
      protocol: 'UDP',
      port: 53,
      endpoints: ['[fd00:0:0::2]:53'],
    },
  ]);
  expect([normalAddress('FD00:0::1'), socketAddress('fd00:0::1', 53)]).toEqual(['fd00::1', '[fd00::1]:53']);
});

test('a host without the chain says so', () => {
  expect(parseServiceRules('*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT')).toEqual({
    hasServiceChain: false,
    rules: [],
  });
});

test('what the filter table rejects', () => {
  expect(
    parseRejections(
      '-A KUBE-SERVICES -d 10.96.9.9/32 -p tcp -m comment --comment "a/b:http has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable',
    ),
  ).toEqual(['a/b:http']);
  expect(parseRejections(sampleText('iptables-filter.txt'))).toEqual([]);
});

test('the same rules, as the iptables of several distributions print them', () => {
  for (const release of ['ubuntu-22', 'alpine-3', 'suse-15']) {
    const { hasServiceChain, rules, undecoded } = parseServiceRules(
      sampleText(`iptables-nat-${release}.by-hand.txt`),
    );
    expect([release, hasServiceChain, undecoded]).toEqual([release, true, undefined]);
    expect(rules).toEqual([
      {
        ...{ name: 'kube-system/kube-dns:dns', clusterIP: '10.43.0.10', protocol: 'UDP', port: 53 },
        endpoints: ['10.42.0.3:53'],
      },
      {
        ...{ name: 'ingress/controller:http', clusterIP: '10.43.7.7', protocol: 'TCP', port: 80 },
        endpoints: ['10.42.0.7:80'],
      },
    ]);
  }
});

test('an iptables that is older than who wrote the rules does not show where they lead: counted, not taken for none', () => {
  const { rules, undecoded } = parseServiceRules(sampleText('iptables-nat-rhel-8.by-hand.txt'));
  expect(undecoded).toBe(2);
  expect(rules.map(({ endpoints }) => endpoints)).toEqual([[], []]);
  expect(notShown('node-1', 2)).toMatch(/node-1 is older .* 2 of them/);
});
