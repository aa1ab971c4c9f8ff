/** It takes seconds: the process gives the command time. */
import { expect, test } from '@jest/globals';
import { secret } from '../../config/index.ts';

test('a command that hangs and catches signals is ended, and not waited for again', () => {
  const hangs = `process.on('SIGTERM', () => undefined); setTimeout(() => undefined, 600_000)`;
  const s = secret.command([process.execPath, '-e', hangs]);
  for (let i = 0; i < 2; i += 1) expect(() => s.reveal()).toThrow('did not end within 5 s');
});
