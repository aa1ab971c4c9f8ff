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
