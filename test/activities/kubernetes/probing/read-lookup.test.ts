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
  ['ended by the time limit of busybox', 143, '', { verdict: 'fail', answer: 'silent' }],
  ['ended by the time limit of coreutils', 124, '', { verdict: 'fail', answer: 'silent' }],
  [
    'nobody who listens',
    1,
    'nslookup: read: Connection refused\n;; connection timed out; no servers could be reached\n',
    { verdict: 'fail', answer: 'silent' },
  ],
  [
    'no way there',
    1,
    "nslookup: write to '10.96.0.10': Network is unreachable\n",
    { verdict: 'fail', answer: 'silent' },
  ],
  [
    'only the address of the server',
    0,
    SERVER,
    {
      verdict: 'unknown',
      answer: 'none',
      reason: expect.stringMatching(/not known: nslookup ended with exit code 0: Server:/),
    },
  ],
  [
    'ended for want of memory',
    137,
    '',
    {
      verdict: 'unknown',
      answer: 'none',
      reason: expect.stringMatching(/exit code 137: it said nothing$/),
    },
  ],
  [
    'another program of that name',
    1,
    'nslookup: unrecognized option: type=a\nUsage: nslookup [HOST] [SERVER]\n',
    { verdict: 'unknown', answer: 'none', reason: expect.stringMatching(/unrecognized option/) },
  ],
  [
    'a shell that cannot write',
    2,
    "sh: can't create /dev/termination-log: Permission denied\n",
    { verdict: 'unknown', answer: 'none' },
  ],
  ['no such program', 127, 'sh: nslookup: not found', { verdict: 'unknown', answer: 'none' }],
])('%s', (_, exitCode, output, expected) => {
  expect(readLookup({ exitCode, output }, asked)).toMatchObject(expected);
});
