import type { V1Pod } from '@kubernetes/client-node';
import { until } from '../../setup/until.ts';
import type { Cluster } from './cluster.ts';

/** A Deployment of one small container. Its pods end at once when they are told to: tests wait for them. */
export function deployment(
  cluster: Cluster,
  name: string,
  o: { command: string[]; replicas?: number; env?: { name: string; value: string }[]; cause?: string },
) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace: cluster.namespace,
      ...(o.cause && { annotations: { 'kubernetes.io/change-cause': o.cause } }),
    },
    spec: {
      replicas: o.replicas ?? 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: podSpec(cluster, o) },
    },
  };
}

/** A bare pod that is ready once its program listens on the port: a container runs a moment before its program does. */
export function listeningPod(
  cluster: Cluster,
  { name, port, command }: { name: string; port: number; command: string[] },
) {
  const pod = barePod(cluster, name, command);
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  // Not by connecting: a server may take one connection only.
  const exec = { command: ['grep', '-q', local, '/proc/net/tcp', '/proc/net/tcp6'] };
  Object.assign(pod.spec.containers[0]!, {
    readinessProbe: { exec, periodSeconds: 1, timeoutSeconds: 10 },
  });
  return pod;
}

/** Waits until a pod is ready. */
export const ready = (cluster: Cluster, name: string): Promise<V1Pod> => {
  const read = () => cluster.admin.read<V1Pod>(barePod(cluster, name));
  return until(
    async () => {
      const pod = await read();
      return pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') && pod;
    },
    async () => `${name} is not ready: ${JSON.stringify((await read()).status)}`,
  );
};

export function barePod(cluster: Cluster, name: string, command: string[] = SLEEP) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: cluster.namespace, labels: { app: name } },
    spec: podSpec(cluster, { command }),
  };
}

export const SLEEP = ['sleep', '3600'];
export const CRASH = [
  'sh',
  '-c',
  'echo "FATAL: database connection refused: 10.96.45.12:5432"; sleep 1; exit 1',
];

function podSpec(cluster: Cluster, o: { command: string[]; env?: { name: string; value: string }[] }) {
  return {
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    containers: [
      {
        name: 'app',
        image: cluster.details.workload.probeImage,
        imagePullPolicy: 'Never',
        command: o.command,
        ...(o.env && { env: o.env }),
      },
    ],
  };
}
