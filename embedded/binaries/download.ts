import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run } from '../command.ts';
import type { Report } from './progress.ts';
import type { Release } from './releases.ts';

const CONNECT_MS = 15_000;
const STALL_MS = 30_000;

/**
 * Fetches an official release into `folder`, refuses it when its hash is another, and unpacks the named programs there.
 * A server that does not answer within 15 s, or sends nothing for 30 s, is given up.
 */
export async function download({
  release,
  programs,
  folder,
  report,
}: {
  release: Release;
  programs: readonly string[];
  folder: string;
  report: Report;
}): Promise<void> {
  const archive = join(folder, 'archive.tar.gz');
  const hash = await fetchTo(archive, release, report);
  report('checking', `${release.algorithm} of ${release.url}`);
  if (hash !== release.hash) {
    throw new Error(
      `${release.url} has ${release.algorithm} ${hash}, pinned is ${release.hash}. It is not used.`,
    );
  }
  report('unpacking', programs.join(', '));
  const members = programs.map((program) => (release.folder ? `${release.folder}/${program}` : program));
  const depth = release.folder ? release.folder.split('/').length : 0;
  const args = ['-xzf', archive, '-C', folder, `--strip-components=${depth}`, ...members];
  await run('tar', args, { timeoutMs: 300_000 });
}

async function fetchTo(file: string, release: Release, report: Report): Promise<string> {
  const giveUp = new AbortController();
  const after = (ms: number) => setTimeout(() => giveUp.abort(new Error(`no answer for ${ms / 1000} s`)), ms);
  let timer = after(CONNECT_MS);
  report('downloading', release.url);
  try {
    const response = await fetch(release.url, { signal: giveUp.signal });
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    const total = Number(response.headers.get('content-length')) || 0;
    const hash = createHash(release.algorithm);
    let received = 0;
    let shown = 0;
    const body = Readable.fromWeb(response.body);
    body.on('data', (chunk: Buffer) => {
      clearTimeout(timer);
      timer = after(STALL_MS);
      hash.update(chunk);
      received += chunk.length;
      if (received - shown < 32 * 1024 * 1024) return;
      shown = received;
      report('downloading', `${megabytes(received)}${total ? ` of ${megabytes(total)}` : ''}`);
    });
    await pipeline(body, createWriteStream(file), { signal: giveUp.signal });
    return hash.digest('hex');
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    const why = cause?.message ?? message;
    throw new Error(`${release.url} cannot be fetched: ${why}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}
