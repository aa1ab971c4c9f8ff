import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from '../../embedded/processes.ts';
import { supervise, type SuperviseEvent } from '../../embedded/supervise.ts';
import { temporaryFolders } from './temporary-folder.ts';

const newFolder = temporaryFolders();
const backoff = { firstMs: 1, longestMs: 4, healthyMs: 3_600_000 };

async function supervised(scripts: string[], pauses = backoff) {
  const logFile = join(await newFolder(), 'log');
  const events: SuperviseEvent[] = [];
  const start = () => {
    const script = scripts.shift() ?? 'exec sleep 1000';
    if (script === 'does not start') throw new Error('no such port');
    return startProcess({ name: 'part', command: 'sh', args: ['-c', script], logFile });
  };
  const onEvent = (event: SuperviseEvent) => events.push(event);
  const handle = supervise({ name: 'part', start: async () => start(), onEvent, backoff: pauses });
  return { handle, events };
}

test('a killed process is started again, and its end is told', async () => {
  const { handle, events } = await supervised([]);
  const kept = await handle;
  const first = kept.current();
  process.kill(first?.pid as number, 'SIGKILL');
  while (!kept.current() || kept.current() === first) await sleep(5);
  expect(events.map(({ kind }) => kind)).toEqual(['started', 'ended', 'waiting', 'started']);
  expect(events[1]).toMatchObject({ exit: { code: null, signal: 'SIGKILL' } });
  await kept.stop();
});

test('the pause before a restart grows to its cap, and the end of the log comes with each end', async () => {
  const { handle, events } = await supervised(Array.from({ length: 5 }, () => 'echo it is broken; exit 1'));
  const kept = await handle;
  const pauses = () => events.flatMap((event) => (event.kind === 'waiting' ? [event.delayMs] : []));
  while (pauses().length < 5) await sleep(5);
  expect(pauses().slice(0, 5)).toEqual([1, 2, 4, 4, 4]);
  expect(events.find(({ kind }) => kind === 'ended')).toMatchObject({ lastLines: 'it is broken' });
  await kept.stop();
});

test('after a healthy uptime the pause is the first one again', async () => {
  const always = { ...backoff, healthyMs: 0 };
  const { handle, events } = await supervised(['exit 1', 'exit 1', 'exit 1'], always);
  const kept = await handle;
  const pauses = () => events.flatMap((event) => (event.kind === 'waiting' ? [event.delayMs] : []));
  while (pauses().length < 3) await sleep(5);
  expect(pauses()).toEqual([1, 1, 1]);
  await kept.stop();
});

test('a restart that fails is told and tried again', async () => {
  const { handle, events } = await supervised(['exit 1', 'does not start']);
  const kept = await handle;
  while (events.filter(({ kind }) => kind === 'started').length < 2) await sleep(5);
  expect(events.map(({ kind }) => kind)).toEqual([
    'started',
    'ended',
    'waiting',
    'start-failed',
    'waiting',
    'started',
  ]);
  await kept.stop();
});

test('a first start that fails is an error', async () => {
  const { handle } = await supervised(['does not start']);
  await expect(handle).rejects.toThrow('no such port');
});

test('stop ends the process for good', async () => {
  const { handle, events } = await supervised([]);
  const kept = await handle;
  const running = kept.current();
  await kept.stop();
  expect(running?.exit()).toEqual({ code: null, signal: 'SIGTERM' });
  expect(events.map(({ kind }) => kind)).toEqual(['started']);
});
