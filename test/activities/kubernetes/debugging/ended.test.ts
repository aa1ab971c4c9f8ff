import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { bounded, endedAs } from '../../../../activities/kubernetes/debugging/ended.ts';

const asked = { argv: ['strace', '-c'], timeoutSeconds: 30, limitBytes: 20 };
const ended = (exitCode: number, output = '') =>
  endedAs({ state: 'ended', exitCode, output }, asked, 'a debug container of api-1');

test('what an exit code says', () => {
  expect(ended(0, 'table\n')).toMatchObject({ verdict: 'pass', exitCode: 0, output: 'table\n' });
  expect(ended(1, 'no\nsuch thing')).toMatchObject({
    verdict: 'fail',
    reason: 'strace ended with exit code 1: such thing',
  });
  for (const code of [124, 143])
    expect(ended(code).reason).toBe('strace did not end within 30 s and was ended');
  expect(ended(137).reason).toMatch(/out of memory, or not gone/);
  expect(ended(127, 'timeout: not found')).toMatchObject({
    verdict: 'unknown',
    reason: 'strace could not be started in a debug container of api-1: timeout: not found',
  });
});

test('what never ended says nothing about what was looked for', () => {
  const why = 'ErrImageNeverPull: image is not present\u001b[2J';
  expect(endedAs({ state: 'impossible', why }, asked, 'a debug pod on w3')).toEqual({
    verdict: 'unknown',
    reason: 'strace could not be run in a debug pod on w3: ErrImageNeverPull: image is not present[2J',
    exitCode: null,
    output: '',
  });
});

test('output is cut by bytes and drives no terminal', () => {
  const { output, truncated } = ended(0, `\u001b[31m${'ä'.repeat(20)}`) as {
    output: string;
    truncated?: string;
  };
  expect(output).toMatch(/^\[31mä+/);
  expect(truncated).toMatch(/20 bytes/);
});

test('an argv reaches the program as it is, and its exit code comes back', () => {
  const argv = ['printf', '%s|', 'a b', '$(id)', "'", '-k', ''];
  const [program, ...rest] = bounded({ ...asked, argv });
  expect(execFileSync(program!, rest, { encoding: 'utf8' })).toBe("a b|$(id)|'|-k||");
  const [shell, ...fails] = bounded({ ...asked, argv: ['sh', '-c', 'exit 7'] });
  expect(() => execFileSync(shell!, fails)).toThrow(expect.objectContaining({ status: 7 }));
});
