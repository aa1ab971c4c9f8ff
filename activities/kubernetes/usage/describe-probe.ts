import type { RawPod } from '../client/raw.ts';

export type RawProbe = NonNullable<
  NonNullable<NonNullable<RawPod['spec']>['containers']>[number]['readinessProbe']
>;

/** A probe in the words of `kubectl describe` (kubectl/pkg/describe, DescribeProbe). */
export function describeProbe(probe: RawProbe): string {
  const { initialDelaySeconds = 0, timeoutSeconds = 1, periodSeconds = 10 } = probe;
  const { successThreshold = 1, failureThreshold = 3 } = probe;
  const timing = `delay=${initialDelaySeconds}s timeout=${timeoutSeconds}s period=${periodSeconds}s #success=${successThreshold} #failure=${failureThreshold}`;
  return `${actionOf(probe)} ${timing}`;
}

function actionOf({ exec, httpGet, tcpSocket, grpc }: RawProbe): string {
  if (exec) return `exec [${(exec.command ?? []).join(' ')}]`;
  if (httpGet) {
    const { scheme = 'HTTP', host = '', port, path = '' } = httpGet;
    return `http-get ${scheme.toLowerCase()}://${host}:${String(port)}${path}`;
  }
  if (tcpSocket) return `tcp-socket ${tcpSocket.host ?? ''}:${String(tcpSocket.port)}`;
  if (grpc) return `grpc <pod>:${grpc.port} ${grpc.service ?? ''}`;
  return 'unknown';
}
