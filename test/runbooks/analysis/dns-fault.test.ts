import { expect, test } from '@jest/globals';
import { judgeDns, type Lookup } from '../../../runbooks/analysis/dns-fault.ts';

const IN = 'kubernetes.default.svc.cluster.local';
const OUT = 'www.example.com';
type Answer = Lookup['answer'];

/** What the nodes hear from the Service, for the inside name and then for the outside one. */
const service = (...answers: [Answer, Answer][]): Lookup[] =>
  answers.flatMap(([inside, outside], i) => [
    { node: `w${i + 1}`, name: IN, at: { kind: 'service' }, answer: inside },
    { node: `w${i + 1}`, name: OUT, at: { kind: 'service' }, answer: outside },
  ]);
/** What a node hears from each server. */
const heardBy = (node: string, ...answers: Answer[]): Lookup[] =>
  answers.map((answer, i) => ({ node, name: IN, at: { kind: 'pod', pod: `dns-${i + 1}` }, answer }));
/** What two nodes hear alike from each server. */
const servers = (...answers: Answer[]): Lookup[] => [
  ...heardBy('w1', ...answers),
  ...heardBy('w2', ...answers),
];

const WELL: [Answer, Answer] = ['address', 'address'];
const DEAF: [Answer, Answer] = ['silent', 'silent'];

test.each<[string, Lookup[], string, string[], RegExp]>([
  [
    'all resolve',
    [...service(WELL, WELL), ...servers('address', 'address')],
    'none',
    [],
    /4 answered\. No lookup fails/,
  ],
  [
    'one server is deaf, however the Service fared',
    [...service(WELL, ['silent', 'address']), ...servers('address', 'silent')],
    'one-server',
    ['dns-2'],
    /dns-2 does not answer and 1 others do/,
  ],
  [
    'one server fails, and the Service was lucky',
    [...service(WELL), ...servers('failed', 'address')],
    'one-server',
    ['dns-1'],
    /dns-1 does not answer/,
  ],
  [
    'one server is deaf, in a cluster of one node',
    [...service(['silent', 'address']), ...heardBy('w1', 'address', 'silent')],
    'one-server',
    ['dns-2'],
    /dns-2 does not answer/,
  ],
  [
    'a server that one node does not hear and another does',
    [...service(WELL, WELL), ...heardBy('w1', 'address', 'silent'), ...heardBy('w2', 'address', 'address')],
    'way',
    ['w1'],
    /dns-2 answers w2 and is not heard by w1: it works/,
  ],
  [
    'the same, while names from outside fail now and then',
    [
      ...service(['address', 'silent'], WELL),
      ...heardBy('w1', 'address', 'silent'),
      ...heardBy('w2', 'address', 'address'),
    ],
    'way',
    ['w1'],
    /dns-2 answers w2/,
  ],
  [
    'a server that one node does not hear, and no other could ask',
    [...service(WELL, WELL), ...heardBy('w1', 'address', 'silent'), ...heardBy('w2', 'none', 'none')],
    'undecided',
    [],
    /dns-2 did not answer the one node that could ask/,
  ],
  [
    'the only server, not heard by the one node that could ask, while the Service answers',
    [...service(WELL, ['none', 'none']), ...heardBy('w1', 'silent')],
    'undecided',
    [],
    /dns-1 did not answer the one node that could ask/,
  ],
  [
    'a node that hears none of the servers, which answer another',
    [...service(DEAF, WELL), ...heardBy('w1', 'silent', 'silent'), ...heardBy('w2', 'address', 'address')],
    'way',
    ['w1'],
    /From w1 nothing is heard, from 1 other nodes it is/,
  ],
  [
    'a node that hears nothing, and no other could ask',
    [...service(DEAF, ['none', 'none']), ...heardBy('w1', 'silent', 'silent')],
    'undecided',
    [],
    /w1 hears nothing and no other node could ask/,
  ],
  [
    'a server that fails now and then, and answers',
    [...service(WELL, WELL), ...heardBy('w1', 'address', 'failed'), ...heardBy('w2', 'address', 'address')],
    'none',
    [],
    /No lookup fails now/,
  ],
  [
    'one node hears nothing',
    [...service(WELL, DEAF, WELL), ...servers('address', 'address')],
    'way',
    ['w2'],
    /From w2 nothing is heard, from 2 other nodes it is/,
  ],
  [
    'nobody hears the Service, and the servers answer',
    [...service(DEAF, DEAF), ...servers('address', 'address')],
    'way',
    ['w1', 'w2'],
    /through the Service nobody hears them/,
  ],
  [
    'nobody hears anything',
    [...service(DEAF, DEAF), ...servers('silent', 'silent')],
    'servers',
    ['dns-1', 'dns-2'],
    /No node gets any answer/,
  ],
  [
    'the outside fails everywhere',
    [...service(['address', 'failed'], ['address', 'silent']), ...servers('address', 'address')],
    'upstream',
    [],
    /www\.example\.com is not: what they ask for other names does not answer\. Of 4 lookups: 2 answered, 1 failed at the server, 1 not answered/,
  ],
  [
    'there is no such name',
    [...service(['address', 'nxdomain'], ['address', 'nxdomain']), ...servers('address')],
    'name',
    [],
    /there is no www\.example\.com: they work/,
  ],
  [
    'the cluster does not know its own names',
    [...service(['nxdomain', 'address'], ['nxdomain', 'address']), ...servers('nxdomain', 'nxdomain')],
    'servers',
    [],
    /Nobody gets an address for kubernetes\.default/,
  ],
  [
    'the servers fail at everything',
    [...service(['failed', 'failed'], ['failed', 'failed']), ...servers('failed', 'failed')],
    'servers',
    [],
    /which the servers must know themselves/,
  ],
  [
    'now and then',
    [...service(['address', 'address'], ['silent', 'address']), ...servers('address', 'address')],
    'undecided',
    [],
    /no pattern shows/,
  ],
  ['no probe could run', service(['none', 'none']), 'undecided', [], /None of 2 lookups could be made/],
])('%s', (_, lookups, fault, where, because) => {
  const judged = judgeDns(lookups, IN);
  expect(judged).toMatchObject({ fault, because: expect.stringMatching(because) });
  expect([...judged.where]).toEqual(where);
});

test('a probe that could not run says nothing about the others', () => {
  expect(judgeDns([...service(WELL, ['none', 'none']), ...servers('address')], IN).fault).toBe('none');
});
