import { readFile } from 'node:fs/promises';
import { apiFromKubeconfig } from '../../lab/control-plane/api-from-kubeconfig.ts';
import type { ClusterApi } from '../../lab/control-plane/cluster-api.ts';
import { createLab, readDetails, type Lab, type LabDetails } from '../../lab/index.ts';
import { command, CommandFailed } from '../../lab/machine/command.ts';

/** The lab that the test setup brought up. */
export async function labUnderTest(): Promise<{ lab: Lab; details: LabDetails }> {
  const details = await readDetails(process.env.TEST_LAB ?? '');
  if (!details) throw new Error('there is no lab: run this through the jest project "lab"');
  return { lab: createLab({ name: details.name, stateDirectory: details.stateDirectory }), details };
}

export async function apiAs(file: string): Promise<ClusterApi> {
  return apiFromKubeconfig(await readFile(file, 'utf8'));
}

/** Runs a command and gives what it said and its exit code, whatever that is. */
export async function outcome(
  argv: readonly string[],
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  try {
    return { exitCode: 0, ...(await command(argv, { timeout: 120_000 })) };
  } catch (error) {
    if (error instanceof CommandFailed) return { exitCode: error.exitCode, stdout: '', stderr: error.stderr };
    throw error;
  }
}
