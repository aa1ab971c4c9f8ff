import { userInfo } from 'node:os';
import type { LabDetails } from '../../lab/index.ts';
import type { StateFiles } from './state-files.ts';

/** What the worker and the gateway of `up` are configured with: JSON in the shape of config/schema.ts. */
export function localConfig(local: {
  files: StateFiles;
  deployment: string;
  temporalAddress: string;
  gatewayPort: number;
  person: LocalPerson;
  system: SystemConfig;
}): object {
  const { files, person } = local;
  return {
    deployment: local.deployment,
    stateDir: files.folder,
    keysDir: files.keys,
    temporal: { address: local.temporalAddress, namespace: 'default' },
    database: { url: { file: files.databaseUrl } },
    gateway: { host: '127.0.0.1', port: local.gatewayPort },
    tickets: { folder: files.tickets },
    alertSources: { alertmanager: { bearerToken: { file: files.webhookToken } } },
    people: { [person.id]: { name: person.name, roles: person.roles } },
    witness: { file: files.witness },
    ...local.system,
  };
}

/** The parts of the configuration that say which cluster and hosts the deployment works on. */
export interface SystemConfig {
  readonly cluster?: object;
  readonly hosts?: object;
  readonly prometheus?: object;
  readonly alertmanager?: object;
  readonly loki?: object;
  readonly traces?: object;
}

export const labConfig = ({
  name,
  kubeconfigs,
  workload,
  ssh,
  nodes,
  prometheus,
  alertmanager,
  loki,
  jaeger,
}: LabDetails): SystemConfig => ({
  cluster: {
    name,
    read: { kubeconfig: kubeconfigs.read },
    change: { kubeconfig: kubeconfigs.change },
    probeImage: workload.probeImage,
    debugImage: workload.debugImage,
    probeNamespace: workload.probeNamespace,
  },
  hosts: {
    user: ssh.user,
    port: nodes[0]?.sshPort ?? 22,
    knownHostsFile: ssh.knownHosts,
    read: { identityFile: ssh.readingKey },
    change: { identityFile: ssh.changingKey },
    addresses: Object.fromEntries(nodes.map((node) => [node.name, node.address])),
  },
  // The lab's Prometheus scrapes every second.
  prometheus: { url: prometheus.url, window: '15s' },
  alertmanager: { url: alertmanager.url },
  ...(loki ? { loki: { url: loki.url } } : {}),
  ...(jaeger ? { traces: { kind: 'jaeger', url: jaeger.url } } : {}),
});

/** A cluster of the person's own kubeconfig; its hosts are not touched. */
export const contextConfig = (context: string, kubeconfig: string): SystemConfig => ({
  cluster: {
    name: nameOf(context, 'cluster'),
    read: { kubeconfig, context },
    change: { kubeconfig, context },
    probeImage: 'busybox:1.36',
  },
});

export interface LocalPerson {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
}

/** Whoever started `up` may answer for everybody in this deployment of one. */
export function localPerson(): LocalPerson {
  const { username } = userInfo();
  return {
    id: nameOf(username, 'local'),
    name: username,
    roles: ['payments-oncall', 'platform-oncall', 'oncall'],
  };
}

/** A text as the configuration takes names. */
export function nameOf(text: string, otherwise: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  return name || otherwise;
}
