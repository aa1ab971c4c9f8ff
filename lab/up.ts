import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiFromKubeconfig } from './control-plane/api-from-kubeconfig.ts';
import { auditLogOf, serverOf } from './control-plane/arguments.ts';
import { startControlPlane } from './control-plane/start-control-plane.ts';
import { writeDetails, type KubeProxyMode, type LabDetails } from './details.ts';
import { impossible } from './can.ts';
import { stage, type OnProgress } from './events.ts';
import { writeLabImages } from './images/lab-images.ts';
import { BUSYBOX_IMAGE, DEBUG_IMAGE } from './images/image-names.ts';
import { moveKubeProxy } from './kube-proxy/move.ts';
import { SERVICE_CIDR, type Layout } from './layout.ts';
import { claimIndex } from './machine/claim-index.ts';
import { createNetwork } from './machine/network.ts';
import { inotifyShortage } from './machine/inotify.ts';
import { identify } from './machine/process-table.ts';
import { ONCALL } from './node/accounts.ts';
import { makeHostFiles, type HostFiles } from './node/host-files.ts';
import { startNode } from './node/start-node.ts';
import { alertmanagerUrl, startAlertmanager, type Webhook } from './observability/alertmanager.ts';
import { prometheusUrl, startPrometheus } from './observability/prometheus.ts';
import { createClusterCertificates, type ClusterCertificates } from './pki/cluster-certificates.ts';
import { createSshKeys, type SshKeys } from './pki/ssh-keys.ts';
import { resolvePrograms } from './programs.ts';
import { helperFiles } from '../activities/hosts/helper/files.ts';
import { createAccess, writeAdminKubeconfig } from './workloads/access.ts';
import { deployAccounts, deployWorkloads, waitForWorkloads } from './workloads/workloads.ts';

export interface UpOptions {
  readonly webhook?: Webhook;
  /** Who runs kube-proxy; default `unit`, and on a lab that is up, whoever does. */
  readonly kubeProxy?: KubeProxyMode | undefined;
  /** What the product puts on its hosts; default: its helper, sudo rule and keys. */
  readonly hostFiles?: HostFiles;
  /** Called after each stage; a test throws from it to crash half-way up. */
  readonly afterStage?: (stage: string) => void;
}

/** Brings a lab up from nothing. Every resource is found again by the lab's name, so a crash at any point can be taken down. */
export async function bringUp(
  lab: { name: string; stateDirectory: string; onProgress: OnProgress },
  options: UpOptions,
): Promise<LabDetails> {
  const run = async <T>(name: string, message: string, work: () => Promise<T>): Promise<T> => {
    const result = await stage(lab.onProgress, name, message, work);
    options.afterStage?.(name);
    return result;
  };
  await mkdir(lab.stateDirectory, { recursive: true, mode: 0o700 });
  const shortage = inotifyShortage();
  if (shortage) throw impossible([shortage]);
  const programs = await run('programs', 'Programs', () => resolvePrograms(lab.onProgress));
  let details: LabDetails | undefined;
  const layout = await run('network', 'Addresses and network', async () => {
    const claimed = await claimIndex(lab, async (candidate) => writeDetails((details = describe(candidate))));
    await createNetwork(claimed);
    return claimed;
  });
  if (!details) throw new Error('the lab has no description; this is a mistake in the lab');

  const images = join(layout.stateDirectory, 'images.tar');
  const [certificates, ssh] = await run('keys', 'Certificates, keys and images', () =>
    Promise.all([createClusterCertificates(layout), createSshKeys(layout), writeLabImages(images, programs)]),
  );
  await writeAdminKubeconfig(layout, certificates);
  const api = apiFromKubeconfig(await readFile(details.kubeconfigs.admin, 'utf8'));
  try {
    // Nodes boot while the control plane starts: their kubelets wait for it.
    await run('cluster', 'Control plane and nodes', () =>
      Promise.all([
        startControlPlane(layout, {
          certificates,
          api,
          binaries: {
            etcd: programs.etcd,
            kubeApiserver: programs['kube-apiserver'],
            kubeControllerManager: programs['kube-controller-manager'],
            kubeScheduler: programs['kube-scheduler'],
          },
        }),
        startNodes(layout, {
          certificates,
          ssh,
          hostFiles: options.hostFiles ?? helperFiles,
          images,
          programs,
        }),
      ]),
    );
    await run('accounts', 'Accounts', async () => {
      await deployAccounts(api);
      await createAccess(layout, { api, certificates });
    });
    // Prometheus looks for new targets every five seconds: it starts looking before there are any.
    await run('observability', 'Prometheus and Alertmanager', async () => {
      startPrometheus(layout, { binary: programs.prometheus });
      startAlertmanager(layout, { binary: programs.alertmanager, webhook: options.webhook });
    });
    await run('workloads', 'Workloads', () => deployWorkloads(api));
    await run('ready', 'Waiting until nodes, pods and metrics are there', () =>
      waitForWorkloads(details ?? describe(layout), api),
    );
    if (options.kubeProxy === 'daemonset') {
      const { onProgress } = lab;
      details = await moveKubeProxy(details, { to: options.kubeProxy, api, onProgress });
      options.afterStage?.('kube-proxy');
    }
  } finally {
    api.close();
  }
  const up: LabDetails = { ...details, phase: 'up' };
  await writeDetails(up);
  return up;
}

async function startNodes(
  layout: Layout,
  of: {
    certificates: ClusterCertificates;
    ssh: SshKeys;
    hostFiles: HostFiles;
    images: string;
    programs: { kubelet: string; 'kube-proxy': string };
  },
): Promise<void> {
  const { certificates, ssh, images, programs } = of;
  const hostFiles = makeHostFiles(of.hostFiles, ssh);
  const files = { kubelet: programs.kubelet, kubeProxy: programs['kube-proxy'], images };
  for (const node of layout.nodes) {
    await startNode(layout, node, { server: serverOf(layout), certificates, ssh, hostFiles, files });
  }
}

/** What will be true of the lab once it is up; written before the first resource exists. */
function describe(layout: Layout): LabDetails {
  const within = (...parts: string[]): string => join(layout.stateDirectory, ...parts);
  const owner = identify(process.pid);
  return {
    name: layout.name,
    index: layout.index,
    phase: 'starting',
    kubeProxy: 'unit',
    stateDirectory: layout.stateDirectory,
    startedAt: new Date().toISOString(),
    owner: owner ?? { pid: process.pid, startTime: '' },
    cluster: {
      server: serverOf(layout),
      certificateAuthority: within('pki', 'ca.crt'),
      serviceCidr: SERVICE_CIDR,
      podCidr: layout.podCidr,
      nodeCidr: layout.nodeCidr,
    },
    kubeconfigs: {
      admin: within('kubeconfig', 'admin.yaml'),
      read: within('kubeconfig', 'nightshift-read.yaml'),
      change: within('kubeconfig', 'nightshift-change.yaml'),
    },
    nodes: layout.nodes.map(({ name, zone, address, podCidr }) => ({
      name,
      zone,
      address,
      sshPort: 22,
      podCidr,
    })),
    ssh: {
      user: ONCALL.name,
      readingKey: within('ssh', 'oncall-reading'),
      changingKey: within('ssh', 'oncall-changing'),
      knownHosts: within('ssh', 'known_hosts'),
    },
    prometheus: { url: prometheusUrl(layout) },
    alertmanager: { url: alertmanagerUrl(layout) },
    auditLog: auditLogOf(layout),
    workload: {
      namespace: 'payments',
      service: 'payment-service',
      selector: 'app=payment-service',
      database: 'postgres',
      probeNamespace: 'nightshift-probes',
      probeImage: BUSYBOX_IMAGE,
      debugImage: DEBUG_IMAGE,
    },
  };
}
