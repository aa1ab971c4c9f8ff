import { open, stat } from 'node:fs/promises';
import { z } from 'zod';

const ReadyLine = z.looseObject({ ready: z.literal(true) });

/** How long a log is now; what a process writes from here on is its own. */
export const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

/** Whether a process has printed its line of JSON `{"ready":true,...}` in the log after `from`. */
export async function saidReady(file: string, from: number): Promise<boolean> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const { buffer } = await handle.read({ position: from, buffer: Buffer.alloc(Math.max(1, size - from)) });
    return buffer.toString('utf8').split('\n').slice(0, -1).some(isReady);
  } finally {
    await handle.close();
  }
}

function isReady(line: string): boolean {
  if (!line.startsWith('{')) return false;
  try {
    return ReadyLine.safeParse(JSON.parse(line)).success;
  } catch {
    return false;
  }
}
