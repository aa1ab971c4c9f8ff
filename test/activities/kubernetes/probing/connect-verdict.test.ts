import { expect, test } from '@jest/globals';
import { connectVerdict } from '../../../../activities/kubernetes/probing/connect-verdict.ts';

const asked = { node: 'w3', connect: { host: '10.96.0.1', port: 443, timeoutSeconds: 3 } };
const ended = (exitCode: number, output = '') => connectVerdict({ state: 'ended', exitCode, output }, asked);

test('connected, and not', () => {
  expect(ended(0)).toMatchObject({ verdict: 'pass', reason: 'w3 connects to 10.96.0.1:443' });
  expect(ended(1, 'nc: 10.96.0.1 (10.96.0.1:443): Connection timed out')).toMatchObject({
    verdict: 'fail',
    reason: expect.stringMatching(/^w3 does not connect .*timed out$/),
  });
});

test('an image without the program has tried nothing', () => {
  for (const code of [126, 127])
    expect(ended(code, 'sh: nc: not found')).toMatchObject({
      verdict: 'unknown',
      reason: 'the probe image has no program to connect with: sh: nc: not found',
    });
});
