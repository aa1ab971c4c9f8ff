/** Why the proxy in a pod says 502: what it complains of, beside what happened to the container behind it. */
import { mostThrottled, share, type CpuSample, type Throttled } from './cpu-throttle.ts';

/** A line of a mesh's proxy on a request that the pod itself sends, by the cluster that it names: not one behind it. */
const SENT = '\\boutbound\\||\\bPassthroughCluster\\b';
const behindIt = (complaint: string) => `^(?!.*(${SENT})).*(${complaint})`;

/** How Envoy (with its response flags), Linkerd, nginx and HAProxy say why a request failed behind them. */
export const COMPLAINTS = {
  timeout: behindIt(
    'upstream (request )?time(d )?out|upstream_response_timeout|response_timeout|[Cc]onnection timed out|[Dd]eadline exceeded|\\bUT\\b',
  ),
  refused: behindIt('[Cc]onnection refused|ECONNREFUSED|no live upstreams|\\bUF\\b'),
  reset: behindIt(
    'prematurely closed|[Cc]onnection reset|ECONNRESET|reset before headers|connection termination|\\bUC\\b',
  ),
} as const;
export type Complaint = keyof typeof COMPLAINTS;

const SIDECARS = /^(istio-proxy|linkerd-proxy|envoy|nginx|haproxy|oauth2-proxy|sidecar|proxy)([-_].*)?$/;

/** Those that ship logs, metrics or secrets answer no request of the proxy. */
const HELPERS =
  /^(fluent-?(bit|d)|filebeat|promtail|vector|log-shipper|vault-agent|otel-collector|(.+-)?exporter)$/;

interface Containers {
  readonly containers: readonly { readonly name: string; readonly kind: 'init' | 'sidecar' | 'main' }[];
}

/** The proxy of a pod and the containers behind it; undefined where none is known as one, or nothing is behind it. */
export function sidecarOf(
  { containers }: Containers,
  named?: string,
): { readonly sidecar: string; readonly behind: readonly string[] } | undefined {
  const running = containers.filter((c) => c.kind !== 'init');
  const sidecar = running.find((c) => (named ? c.name === named : SIDECARS.test(c.name)))?.name;
  const mains = running.filter((c) => c.kind === 'main' && c.name !== sidecar).map((c) => c.name);
  const serving = mains.filter((name) => !HELPERS.test(name));
  const behind = serving.length > 0 ? serving : mains;
  return sidecar && behind.length > 0 ? { sidecar, behind } : undefined;
}

export type BadGateway =
  | { readonly why: 'throttled'; readonly throttled: Throttled; readonly words: string }
  | {
      readonly why: 'crashes' | 'not-listening' | 'closes-first' | 'slow' | 'nothing';
      readonly words: string;
      readonly next: string;
    };

/**
 * A crash explains everything that comes after it; then the kernel, which the container itself does not notice; then what
 * the proxy says most often. `crashed`: a sentence for each container behind it that ended lately.
 */
export function whyBadGateway(seen: {
  readonly sidecar: string;
  /** The containers behind it. */
  readonly behind: readonly string[];
  readonly said: Readonly<Record<Complaint, number>>;
  readonly crashed: readonly string[];
  readonly cpu: readonly CpuSample[];
}): BadGateway {
  const { sidecar, said, crashed, cpu } = seen;
  const mostly = MOST_TELLING.toSorted((a, b) => said[b] - said[a]).find((kind) => said[kind] > 0);
  const complaints = (Object.keys(said) as Complaint[]).filter((kind) => said[kind] > 0);
  const proxy =
    complaints.length > 0
      ? `${sidecar} complains of ${complaints.map((kind) => `${WORDS[kind]} ${said[kind]} times`).join(', ')}`
      : `${sidecar} does not say why`;
  if (crashed.length > 0)
    return {
      why: 'crashes',
      words: `${proxy}, and what is behind it ended: ${crashed.join('; ')}`,
      next: 'oom-killed-container where it was killed for its memory, else crash-loop-by-configuration or bad-rollout',
    };
  const behind = mostThrottled(cpu.filter((c) => seen.behind.includes(c.container)));
  const throttled = behind ?? mostThrottled(cpu.filter((c) => c.container === sidecar));
  if (throttled && mostly !== 'refused')
    return {
      why: 'throttled',
      throttled,
      words: `${proxy}, and the kernel stops ${behind ? throttled.container : `${sidecar} itself`} in up to ${share(throttled.worst)} of its periods at its CPU limit`,
    };
  if (mostly === 'refused')
    return {
      why: 'not-listening',
      words: `${proxy}: nobody listens at the port that it asks, and no container has crashed`,
      next: 'compare the port of the container with the one that the proxy is given',
    };
  if (mostly === 'reset')
    return {
      why: 'closes-first',
      words: `${proxy}: the container closes connections that ${sidecar} still uses`,
      next: 'make the keep-alive time of the service longer than that of the proxy',
    };
  if (mostly === 'timeout')
    return {
      why: 'slow',
      words: `${proxy}, and nobody stops the container behind it: it is slow by itself`,
      next: 'slow-requests says what it waits for',
    };
  return {
    why: 'nothing',
    words: `${proxy}, and nothing was seen of the container behind it`,
    next: 'turn on the access log of the proxy',
  };
}

/** Of kinds that are as frequent, the first is believed. */
const MOST_TELLING: readonly Complaint[] = ['refused', 'reset', 'timeout'];

const WORDS: Readonly<Record<Complaint, string>> = {
  timeout: 'timeouts',
  refused: 'refused connections',
  reset: 'connections that were closed',
};
