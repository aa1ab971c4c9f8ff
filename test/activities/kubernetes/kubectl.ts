import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { resolveBinary } from '../../../embedded/binaries/index.ts';
import type { Cluster } from './cluster.ts';

/** What kubectl remembers of a cluster is kept by its address, and labs come and go at the same one. */
let cache: Promise<string> | undefined;

/** What kubectl says and how it ends, with all rights in the lab: what the steps are compared with. */
export async function kubectl(
  { details }: Pick<Cluster, 'details'>,
  ...argv: readonly string[]
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const program = await resolveBinary('kubectl');
  cache ??= mkdtemp(join(tmpdir(), 'kubectl-cache-'));
  const options = ['--kubeconfig', details.kubeconfigs.admin, '--cache-dir', await cache];
  try {
    const said = await promisify(execFile)(program, [...options, ...argv], { maxBuffer: 64 * 1024 * 1024 });
    return { exitCode: 0, ...said };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { exitCode: code, stdout: stdout ?? '', stderr: stderr ?? '' };
  }
}
