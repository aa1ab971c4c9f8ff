import { expect, test } from '@jest/globals';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clock } from '../../cli/doctor/deployment.ts';
import { nodeVersion, stateDirectory } from '../../cli/doctor/this-machine.ts';

test.each([
  ['22.18.9', 'fail'],
  ['22.19.0', 'ok'],
  ['24.0.0', 'ok'],
])('Node.js %s is %s', (version, status) => expect(nodeVersion(version).status).toBe(status));

test('a clock that is seconds off fails, whole seconds of the header do not', () => {
  const sent = Date.parse('2026-11-21T02:00:00.900Z');
  const ours = { sent, received: sent + 100 };
  expect(clock('Sat, 21 Nov 2026 02:00:00 GMT', ours).status).toBe('ok');
  expect(clock('Sat, 21 Nov 2026 02:00:09 GMT', ours)).toMatchObject({
    status: 'fail',
    detail: expect.stringContaining('by 8 s'),
  });
  expect(clock('Sat, 21 Nov 2026 01:59:50 GMT', ours)).toMatchObject({
    status: 'fail',
    detail: expect.stringContaining('by 10 s'),
  });
  expect(clock(null, ours).status).toBe('warn');
});

test('a gateway that takes seconds to answer has no wrong clock', () => {
  const sent = Date.parse('2026-11-21T02:00:00.900Z');
  const answered = 'Sat, 21 Nov 2026 02:00:04 GMT';
  expect(clock(answered, { sent, received: sent + 4_500 }).status).toBe('ok');
});

test('a secret that others can read fails, with the command that closes it', async () => {
  const home = await mkdtemp(join(tmpdir(), 'nightshift-doctor-'));
  const file = join(home, 'state', 'database-url');
  try {
    expect((await stateDirectory({ NIGHTSHIFT_HOME: home }))[0]?.status).toBe('ok');
    await mkdir(join(home, 'state'));
    await writeFile(file, 'x', { mode: 0o600 });
    expect((await stateDirectory({ NIGHTSHIFT_HOME: home }))[0]?.status).toBe('ok');
    await chmod(file, 0o644);
    expect(await stateDirectory({ NIGHTSHIFT_HOME: home })).toEqual([
      {
        check: 'state',
        status: 'fail',
        detail: `${file} is open to other users (mode 644)`,
        fix: `chmod go= ${file}`,
      },
    ]);
  } finally {
    await rm(home, { recursive: true });
  }
});
