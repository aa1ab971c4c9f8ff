import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import type { Artefact } from '../../../../activities/kit/index.ts';
import { bounded, endedAs } from '../../../../activities/kubernetes/debugging/ended.ts';

const asked = { argv: ['strace', '-c'], timeoutSeconds: 30, limitBytes: 20 };
const told = { where: 'a debug container of api-1', name: 'output.txt', keep: async () => undefined };
const ended = (exitCode: number, output = '') => endedAs({ state: 'ended', exitCode, output }, asked, told);

test('what an exit code says', async () => {
  expect(await ended(0, 'table\n')).toMatchObject({ verdict: 'pass', exitCode: 0, output: 'table\n' });
  expect(await ended(1, 'no\nsuch thing')).toMatchObject({
    verdict: 'fail',
    reason: 'strace ended with exit code 1: such thing',
  });
  for (const code of [124, 143])
    expect(await ended(code)).toMatchObject({ reason: 'strace did not end within 30 s and was ended' });
  expect(await ended(137)).toMatchObject({ reason: expect.stringMatching(/out of memory, or not gone/) });
  expect(await ended(127, 'timeout: not found')).toMatchObject({
    verdict: 'unknown',
    reason: 'strace could not be started in a debug container of api-1: timeout: not found',
  });
});

test('what never ended says nothing about what was looked for', async () => {
  const why = 'ErrImageNeverPull: image is not present\u001b[2J';
  expect(await endedAs({ state: 'impossible', why }, asked, told)).toEqual({
    verdict: 'unknown',
    reason:
      'strace could not be run in a debug container of api-1: ErrImageNeverPull: image is not present[2J',
    exitCode: null,
    output: '',
  });
  expect(await endedAs({ state: 'late', why: 'running' }, asked, told)).toMatchObject({
    verdict: 'unknown',
    reason: 'how strace ended in a debug container of api-1 is not known: running',
  });
});

test('a long output is cut in the result, kept whole as an artefact, and drives no terminal', async () => {
  const long = `\u001b[31m${'x'.repeat(40)}`;
  const kept: Artefact[] = [];
  const keep = async (artefact: Artefact) => {
    kept.push(artefact);
    const { name, mediaType, content } = artefact;
    return { name, mediaType, sha256: 'a'.repeat(64), bytes: content.length };
  };
  expect(
    await endedAs({ state: 'ended', exitCode: 0, output: long }, asked, { ...told, keep }),
  ).toMatchObject({
    output: `[31m${'x'.repeat(16)}`,
    truncated: 'cut after 20 bytes; the artefact output.txt has all of it',
    artefact: { name: 'output.txt', bytes: 44 },
  });
  expect(Buffer.from(kept[0]!.content).toString()).toBe(`[31m${'x'.repeat(40)}`);
  expect(await ended(0, long)).toMatchObject({ truncated: expect.stringMatching(/could not be kept/) });
});

test('an argv reaches the program as it is, and its exit code comes back', () => {
  const argv = ['printf', '%s|', 'a b', '$(id)', "'", '-k', ''];
  const [program, ...rest] = bounded({ ...asked, argv });
  expect(execFileSync(program!, rest, { encoding: 'utf8' })).toBe("a b|$(id)|'|-k||");
  const [shell, ...fails] = bounded({ ...asked, argv: ['sh', '-c', 'exit 7'] });
  expect(() => execFileSync(shell!, fails)).toThrow(expect.objectContaining({ status: 7 }));
});
