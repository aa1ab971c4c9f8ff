import type { Pod } from '../workloads/objects.ts';

export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Prometheus' file_sd format for the pods that have a port named `http` or `metrics`: Debian's Prometheus is built without Kubernetes discovery. */
export function scrapeTargets(pods: readonly Pod[]): TargetGroup[] {
  return pods.flatMap((pod) => {
    const port = pod.spec.containers
      ?.flatMap(({ ports = [] }) => ports)
      .find(({ name }) => name === 'http' || name === 'metrics');
    const address = pod.status?.podIP;
    if (!port || !address || pod.metadata.deletionTimestamp) return [];
    const labels = {
      namespace: pod.metadata.namespace ?? '',
      pod: pod.metadata.name,
      node: pod.spec.nodeName ?? '',
      app: pod.metadata.labels?.app ?? '',
    };
    return [{ targets: [`${address}:${port.containerPort}`], labels }];
  });
}
