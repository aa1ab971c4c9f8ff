import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(
  new URL('../../../../activities/hosts/helper/nightshift-host', import.meta.url),
);

test('shellcheck has nothing to say about the program on hosts', () => {
  const { stdout, status, error } = spawnSync('shellcheck', [PROGRAM], { encoding: 'utf8' });
  expect({ stdout, status, error }).toEqual({ stdout: '', status: 0 });
});
