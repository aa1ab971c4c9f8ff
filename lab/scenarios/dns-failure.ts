import { applyManifests, type Manifest } from '../control-plane/apply-manifests.ts';
import { COREDNS_IMAGE } from '../images/image-names.ts';
import { bringCoreDns } from '../images/coredns-image.ts';
import { DATABASE_ADDRESS } from '../layout.ts';
import { until } from '../machine/until.ts';
import { isReady } from '../workloads/conditions.ts';
import { deletePod, listPods } from '../workloads/objects.ts';
import type { Scenario } from './scenario.ts';
import { deployment, SHOP, untilReady } from './shop.ts';

const SERVERS = '10.96.0.10';
const UPSTREAM = '10.96.0.53';
/** Two digits the wrong way round. */
const MISTYPED = '10.96.0.35';

/** The names of the cluster, as the kubernetes plugin would give them, and everything else from upstream. */
const corefile = (upstream: string) => `cluster.local {
    errors
    hosts {
        ${DATABASE_ADDRESS} postgres.payments.svc.cluster.local
    }
}
. {
    ready
    errors
    forward . ${upstream}
}
`;
const UPSTREAM_COREFILE = `. {
    ready
    errors
    hosts {
        203.0.113.7 www.example.com
    }
}
`;

const server = (name: string, replicas: number): Manifest =>
  deployment({
    name,
    replicas,
    container: {
      image: COREDNS_IMAGE,
      command: ['/bin/coredns', '-conf', '/etc/coredns/Corefile'],
      ports: [{ name: 'dns', containerPort: 53, protocol: 'UDP' }],
      readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
      volumeMounts: [{ name: 'corefile', mountPath: '/etc/coredns', readOnly: true }],
    },
    pod: { dnsPolicy: 'Default', volumes: [{ name: 'corefile', configMap: { name } }] },
  });

const service = (name: string, clusterIP: string): Manifest =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: SHOP },
    spec: { clusterIP, selector: { app: name }, ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] },
  }) as Manifest;

/** As client-side `kubectl apply` leaves it: with a copy of what was applied. */
function applied(name: string, Corefile: string): Manifest {
  const map = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: SHOP },
    data: { Corefile },
  };
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(map) };
  return { ...map, metadata: { ...map.metadata, annotations } };
}

export const dnsFailure: Scenario = {
  shows:
    'Somebody mistypes where the DNS servers forward to: names of the cluster resolve, all others do not.',
  async play({ api, details: { stateDirectory } }) {
    const ready = async (app: string) => (await listPods(api, SHOP, `app=${app}`)).filter(isReady);
    await bringCoreDns(stateDirectory);
    await applyManifests(api, [
      applied('dns-upstream', UPSTREAM_COREFILE),
      server('dns-upstream', 1),
      service('dns-upstream', UPSTREAM),
      applied('dns', corefile(UPSTREAM)),
      server('dns', 2),
      service('dns', SERVERS),
    ]);
    await untilReady(api, 'dns-upstream', 1);
    await untilReady(api, 'dns', 2);
    const path = `/api/v1/namespaces/${SHOP}/configmaps/dns?fieldManager=kubectl-edit`;
    await api.call('PATCH', path, { data: { Corefile: corefile(MISTYPED) } }, 'application/merge-patch+json');
    const old = await listPods(api, SHOP, 'app=dns');
    for (const pod of old) await deletePod(api, pod);
    await until(
      'the DNS servers run with the edited file',
      async () => {
        const now = await ready('dns');
        return now.length === 2 && now.every((p) => !old.some((o) => o.metadata.uid === p.metadata.uid));
      },
      { within: 300_000, every: 300 },
    );
  },
};
