import { open } from 'node:fs/promises';

const TAIL_BYTES = 4096;

/** The last 15 lines of a log, without reading all of it; empty when there is none. */
export async function lastLines(file: string): Promise<string> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await handle.read({ position: start, buffer: Buffer.alloc(TAIL_BYTES) });
    const lines = buffer.subarray(0, bytesRead).toString('utf8').trimEnd().split('\n');
    return lines.slice(-15).join('\n');
  } finally {
    await handle.close();
  }
}
