import type { BeingDeleted, UnavailableApi } from '../../activities/kubernetes/contract.ts';

interface Sketch {
  readonly finalizers?: readonly string[];
  readonly overdueSeconds?: number;
}

/** A ConfigMap that was deleted and is still there, of which a test says only what matters. */
export function deleted(name: string, { finalizers = [], overdueSeconds = 300 }: Sketch = {}): BeingDeleted {
  return {
    group: '',
    resource: 'configmaps',
    namespace: 'shop',
    name,
    uid: `uid-${name}`,
    since: '2026-11-21T02:40:00Z',
    overdueSeconds,
    finalizers: finalizers.map((f) => ({ name: f, setBy: 'addon', setAt: null })),
    pod: null,
  };
}

/** The same of a pod. */
export function deletedPod(
  name: string,
  sketch: Sketch & { readonly node: string; readonly running?: string[]; readonly graceSeconds?: number },
): BeingDeleted {
  const { node, running = [], graceSeconds = 30 } = sketch;
  return {
    ...deleted(name, sketch),
    resource: 'pods',
    pod: { node, graceSeconds, running, preStop: running },
  };
}

/** An API whose Service is gone. */
export const api = (different: Partial<UnavailableApi> = {}): UnavailableApi => ({
  name: 'v1.example.com',
  uid: 'uid-api',
  reason: 'ServiceNotFound',
  message: 'service/addon is not present',
  since: null,
  service: { namespace: 'addons', name: 'addon', found: false },
  servedBy: [],
  ...different,
});
