import { applyManifests, objectPath, type Manifest } from '../control-plane/apply-manifests.ts';
import type { ClusterApi } from '../control-plane/cluster-api.ts';
import { BUSYBOX_IMAGE } from '../images/image-names.ts';
import { until } from '../machine/until.ts';
import { SHOP } from './shop.ts';

/** A pod of its own with the finalizer of a controller that nobody runs any more. */
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'nightly-report',
    namespace: SHOP,
    finalizers: ['archive.example.com/upload'],
  },
  spec: {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: 'app',
        image: BUSYBOX_IMAGE,
        imagePullPolicy: 'Never',
        command: ['sh', '-c', 'sleep 1000000'],
      },
    ],
  },
} satisfies Manifest & { spec: object };

interface Seen {
  readonly metadata: { readonly deletionGracePeriodSeconds?: number };
  readonly status?: {
    readonly containerStatuses?: readonly {
      readonly state?: { readonly running?: object; readonly terminated?: object };
    }[];
  };
}

/** Deletes the pod while it runs, and returns when its kubelet has done its part and it stays all the same. */
export async function holdPod(api: ClusterApi): Promise<void> {
  const limits = { within: 300_000, every: 300 };
  // Without it the API server takes no pod; a namespace gets it a moment after it was made.
  const account = `/api/v1/namespaces/${SHOP}/serviceaccounts/default`;
  await until(
    `${SHOP} has its service account`,
    async () => (await api.request('GET', account)).status === 200,
    limits,
  );
  await applyManifests(api, [pod]);
  // Played once more, it has ended already.
  await until(
    'nightly-report has started',
    async () => {
      const { is } = await look(api);
      return is?.running !== undefined || is?.terminated !== undefined;
    },
    limits,
  );
  await api.call('DELETE', objectPath(pod));
  await until(
    'the kubelet has let go of nightly-report',
    async () => {
      const { graceSeconds, is } = await look(api);
      return graceSeconds === 0 && is?.terminated !== undefined;
    },
    limits,
  );
}

async function look(api: ClusterApi) {
  const { metadata, status } = await api.call<Seen>('GET', objectPath(pod));
  return { graceSeconds: metadata.deletionGracePeriodSeconds, is: status?.containerStatuses?.[0]?.state };
}

/** Does nothing when there is none. */
export async function letPodGo(api: ClusterApi): Promise<void> {
  const unheld = { metadata: { finalizers: null } };
  await api.request('PATCH', objectPath(pod), unheld, 'application/merge-patch+json');
}
