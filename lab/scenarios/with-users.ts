/** Services of a scenario that users ask all the time, and that are measured, logged and traced where the lab does that. */
import type { Manifest } from '../control-plane/apply-manifests.ts';
import type { LabDetails } from '../details.ts';
import { PAYMENT_IMAGES } from '../images/image-names.ts';
import { layoutOf } from '../layout.ts';
import { until } from '../machine/until.ts';
import { otlpUrl } from '../observability/jaeger.ts';
import { lokiUrl } from '../observability/loki.ts';
import { deployment, SHOP } from './shop.ts';

/** A container of one of payment-service's modes. Its logs go to Loki and its spans to Jaeger, once these run. */
export function program(
  details: LabDetails,
  { mode, app = mode, env = {} }: { mode: string; app?: string; env?: Readonly<Record<string, string>> },
): Readonly<Record<string, unknown>> {
  const layout = layoutOf(details);
  const settings = { APP: app, NAMESPACE: SHOP, LOKI: lokiUrl(layout), OTLP: otlpUrl(layout), ...env };
  return {
    image: PAYMENT_IMAGES.before,
    command: ['/bin/payment-service', mode],
    env: Object.entries(settings).map(([name, value]) => ({ name, value })),
  };
}

/** A Service with an address that is known before it is made: a pod has no other way to it here. */
export function service(name: string, { address, port }: { address: string; port: number }): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: SHOP },
    spec: { selector: { app: name }, clusterIP: address, ports: [{ port }] },
  } as Manifest;
}

/** Ask it so many times a second, and count and time what they get as `http_requests_total{service="..."}`. */
export function users(
  details: LabDetails,
  { of, url, perSecond }: { of: string; url: string; perSecond: number },
): Manifest {
  const env = { SERVICE: of, TARGET: url, REQUESTS_PER_SECOND: String(perSecond) };
  return deployment({
    name: `${of}-users`,
    container: {
      ...program(details, { mode: 'load', app: `${of}-users`, env }),
      ports: [{ name: 'metrics', containerPort: 9100 }],
    },
  });
}

/** Waits until this expression, a comparison, is true of what Prometheus measures. */
export async function untilMeasured(details: LabDetails, expr: string): Promise<void> {
  const url = `${details.prometheus.url}/api/v1/query?query=${encodeURIComponent(expr)}`;
  const look = async (): Promise<true> => {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    const text = await response.text();
    if (text.includes('"value":')) return true;
    throw new Error(`Prometheus says ${text.slice(0, 300)}`);
  };
  await until(`it shows in Prometheus: ${expr}`, look, { within: 300_000, every: 500 });
}
