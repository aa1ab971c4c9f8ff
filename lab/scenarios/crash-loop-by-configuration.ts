import { applyManifests, type Manifest } from '../control-plane/apply-manifests.ts';
import { deletePod, listPods } from '../workloads/objects.ts';
import type { Scenario } from './scenario.ts';
import { deployment, SHOP, untilPod, untilReady } from './shop.ts';

const DATA = { CURRENCY: 'EUR', RETRIES: '3' };
const settings = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'billing', namespace: SHOP },
  data: DATA,
};

/** As client-side `kubectl apply` leaves it: with a copy of what was applied. */
const applied = {
  ...settings,
  metadata: {
    ...settings.metadata,
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(settings) },
  },
} as Manifest;

const billing = deployment({
  name: 'billing',
  replicas: 2,
  runs: 'expr "$RETRIES" + 0 >/dev/null 2>&1 || { echo "FATAL: RETRIES is not a number: $RETRIES"; exit 1; }; sleep 1000000',
  container: { envFrom: [{ configMapRef: { name: 'billing' } }] },
});

export const crashLoopByConfiguration: Scenario = {
  shows:
    'Somebody edits RETRIES of the ConfigMap billing to a word; the next pod that starts with it crashes.',
  async play({ api }) {
    await applyManifests(api, [applied, billing]);
    await untilReady(api, 'billing', 2);
    const path = `/api/v1/namespaces/${SHOP}/configmaps/billing?fieldManager=kubectl-edit`;
    await api.call('PATCH', path, { data: { RETRIES: 'three' } }, 'application/merge-patch+json');
    const [pod] = await listPods(api, SHOP, 'app=billing');
    if (pod) await deletePod(api, pod);
    await untilPod(api, 'billing', (p) =>
      p.status?.containerStatuses?.some((c) => c.state?.waiting?.reason === 'CrashLoopBackOff'),
    );
  },
};
