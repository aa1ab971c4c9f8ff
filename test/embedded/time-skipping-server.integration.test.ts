import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isListening } from '../../embedded/ports.ts';
import { until } from '../setup/until.ts';

test('the server ends with a test runner that is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-time-'));
  const server = new URL('../../embedded/time-skipping-server.ts', import.meta.url).href;
  const program = `
    const { startTimeSkippingServer } = await import(${JSON.stringify(server)});
    const { address } = await startTimeSkippingServer({ folder: ${JSON.stringify(folder)} });
    console.log(address);
    setInterval(() => {}, 1_000);`;
  const starter = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [address] = (await once(starter.stdout, 'data')) as [Buffer];
    const port = Number(String(address).trim().split(':')[1]);
    expect(await isListening(port)).toBe(true);
    starter.kill('SIGKILL');
    await until(async () => ((await isListening(port)) ? undefined : true));
  } finally {
    starter.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
});
