import { expect, test } from '@jest/globals';
import { readLookup } from '../../../../activities/kubernetes/probing/read-lookup.ts';

const asked = { node: 'w1', name: 'shop.example', server: '10.96.0.10' };
const SERVER = 'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n';

test.each<[string, number, string, object]>([
  [
    'an address, as busybox says it',
    0,
    `${SERVER}Name:\tshop.example\nAddress: 10.1.2.3\n\n`,
    { verdict: 'pass', answer: 'address', addresses: ['10.1.2.3'] },
  ],
  [
    'two, as BIND says it',
    0,
    'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\nName:\tshop.example\nAddress: 10.1.2.3\nName:\tshop.example\nAddress: 10.1.2.4\n',
    { verdict: 'pass', addresses: ['10.1.2.3', '10.1.2.4'] },
  ],
  [
    'no such name',
    1,
    `${SERVER}** server can't find shop.example: NXDOMAIN\n`,
    { verdict: 'fail', answer: 'nxdomain' },
  ],
  [
    'a failing server',
    1,
    `${SERVER}** server can't find shop.example: SERVFAIL\n`,
    { verdict: 'fail', answer: 'failed' },
  ],
  ['a refusing one', 1, `${SERVER}** server can't find shop.example: REFUSED\n`, { answer: 'failed' }],
  [
    'silence',
    1,
    ';; connection timed out; no servers could be reached\n',
    { verdict: 'fail', answer: 'silent' },
  ],
  ['ended by the time limit', 143, '', { verdict: 'fail', answer: 'silent' }],
  ['only the address of the server', 0, SERVER, { verdict: 'fail', answer: 'silent' }],
  ['no such program', 127, 'sh: nslookup: not found', { verdict: 'unknown', answer: 'none' }],
])('%s', (_, exitCode, output, expected) => {
  expect(readLookup({ exitCode, output }, asked)).toMatchObject(expected);
});
