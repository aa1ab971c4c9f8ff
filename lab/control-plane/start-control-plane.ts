import { join } from 'node:path';
import { startBackground, tailOfLog } from '../machine/background.ts';
import { makeCgroup } from '../machine/cgroups.ts';
import { until } from '../machine/until.ts';
import type { Layout } from '../layout.ts';
import type { ClusterCertificates } from '../pki/cluster-certificates.ts';
import { writeKubeconfig } from '../pki/kubeconfig.ts';
import type { ClusterApi } from './cluster-api.ts';
import * as parts from './arguments.ts';

export interface ControlPlaneBinaries {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  readonly kubeScheduler: string;
}

/** Starts etcd and the API server, and returns when the API server is ready; then the two controllers' processes. */
export async function startControlPlane(
  layout: Layout,
  of: { certificates: ClusterCertificates; binaries: ControlPlaneBinaries; api: ClusterApi },
): Promise<void> {
  const { certificates, binaries, api } = of;
  const { stateDirectory } = layout;
  const cgroups = makeCgroup(layout.machineCgroup);
  const start = (part: parts.ControlPlanePart, argv: readonly string[]) =>
    startBackground({ part, argv, cgroups, stateDirectory });

  start('etcd', [binaries.etcd, ...parts.etcdArguments(layout, certificates)]);
  start('kube-apiserver', [
    binaries.kubeApiserver,
    ...(await parts.apiServerArguments(layout, certificates)),
  ]);
  await waitForApiServer(stateDirectory, api);

  const kubeconfig = (name: 'controllerManager' | 'scheduler', user: string) =>
    writeKubeconfig(join(stateDirectory, 'pki', `${name}.kubeconfig`), {
      server: parts.serverOf(layout),
      certificateAuthority: certificates.authority,
      user,
      credential: { keyPair: certificates[name] },
    });
  const controllers = await kubeconfig('controllerManager', 'system:kube-controller-manager');
  start('kube-controller-manager', [
    binaries.kubeControllerManager,
    ...parts.controllerManagerArguments(certificates, controllers),
  ]);
  start('kube-scheduler', [
    binaries.kubeScheduler,
    ...parts.schedulerArguments(await kubeconfig('scheduler', 'system:kube-scheduler')),
  ]);
}

/** Waits until /readyz says so: then RBAC's default roles exist as well. */
export async function waitForApiServer(stateDirectory: string, api: ClusterApi): Promise<void> {
  try {
    await until('the API server is ready', async () => (await api.request('GET', '/readyz')).status === 200, {
      within: 300_000,
    });
  } catch (cause) {
    const said = tailOfLog(stateDirectory, 'kube-apiserver') || tailOfLog(stateDirectory, 'etcd');
    throw new Error(`the API server did not become ready. It said last:\n${said}`, { cause });
  }
}
