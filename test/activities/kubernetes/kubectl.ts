import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { resolveBinary } from '../../../embedded/binaries/index.ts';
import type { Cluster } from './cluster.ts';

/** What kubectl says and how it ends, with all rights in the lab: what the steps are compared with. */
export async function kubectl(
  { details }: Pick<Cluster, 'details'>,
  ...argv: readonly string[]
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const program = await resolveBinary('kubectl');
  // Kept with the lab: by default it is kept by the cluster's address, and labs come and go at the same one.
  const cache = join(dirname(details.kubeconfigs.admin), 'kubectl-cache');
  const options = ['--kubeconfig', details.kubeconfigs.admin, '--cache-dir', cache];
  try {
    const said = await promisify(execFile)(program, [...options, ...argv], { maxBuffer: 64 * 1024 * 1024 });
    return { exitCode: 0, ...said };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { exitCode: code, stdout: stdout ?? '', stderr: stderr ?? '' };
  }
}
