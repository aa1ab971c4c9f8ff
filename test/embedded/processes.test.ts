import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess, waitUntilReady } from '../../embedded/processes.ts';
import { temporaryFolders } from './temporary-folder.ts';

const newFolder = temporaryFolders();

async function start(script: string) {
  const logFile = join(await newFolder(), 'logs', 'server.log');
  return startProcess({ name: 'The server', command: 'sh', args: ['-c', script], logFile, env: process.env });
}

const logOf = (server: { logFile: string }) => readFile(server.logFile, 'utf8');

test('is ready when the condition says so, and stop ends it with SIGTERM', async () => {
  const server = await start('echo listening; exec sleep 1000');
  await waitUntilReady(server, {
    isReady: async () => (await logOf(server)).includes('listening'),
    deadlineMs: 30_000,
  });
  expect(server.exit()).toBeUndefined();
  expect(await server.stop()).toEqual({ code: null, signal: 'SIGTERM' });
  expect(server.exit()).toEqual({ code: null, signal: 'SIGTERM' });
});

test('a server that ends before it is ready: the error has the exit code and the end of the log', async () => {
  const server = await start('echo no such database >&2; exit 7');
  const waiting = waitUntilReady(server, { isReady: async () => false, deadlineMs: 30_000 });
  await expect(waiting).rejects.toThrow(
    `The server ended before it was ready (exit code 7). The end of ${server.logFile}:\nno such database`,
  );
});

test('a server that never becomes ready: the error has the last reason', async () => {
  const server = await start('exec sleep 1000');
  const isReady = () => Promise.reject(new Error('connection refused'));
  await expect(waitUntilReady(server, { isReady, deadlineMs: 50 })).rejects.toThrow(
    `The server was not ready within 0 s: connection refused. ${server.logFile} is empty.`,
  );
  await server.stop();
});

test('stop kills the whole group of a server that ignores SIGTERM', async () => {
  const server = await start('trap "" TERM; echo started; while true; do sleep 1; done');
  while (!(await logOf(server)).includes('started')) await sleep(10);
  expect(await server.stop({ deadlineMs: 100 })).toEqual({ code: null, signal: 'SIGKILL' });
});

test('a program that does not exist is an error of the start', async () => {
  const logFile = join(await newFolder(), 'log');
  const starting = startProcess({ name: 'The server', command: 'no-such-program', args: [], logFile });
  await expect(starting).rejects.toThrow('The server cannot be started');
});
