import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { finding } from '../../workflows/index.ts';
import { inWords, type Stored } from '../analysis/certificate-expiry.ts';

interface Asked {
  readonly namespace?: string | undefined;
  readonly service?: string | undefined;
  readonly port?: number | undefined;
  readonly secret?: string | undefined;
  readonly node?: string | undefined;
}

/** What is served, by whom, and what is stored for it, as findings. */
export async function lookAtCertificates({ namespace, service, port, secret, node }: Asked) {
  const now = new Date();
  const what = service
    ? `Service ${namespace}/${service}`
    : node
      ? `the kubelet of ${node}`
      : 'the API server';
  const [served, pods] = await Promise.all([
    kubernetes.servedCertificates({ namespace, service, port, node }),
    service && namespace ? kubernetes.listPods({ namespace, limit: 1000 }).then((l) => l.pods) : [],
  ]);
  finding(`What ${what} serves`, {
    evidence: served.served.map(({ address, pod, certificate, problem }) => {
      const at = pod ? `${pod.name} (${address})` : address;
      return certificate
        ? `${at}: ${certificate.subject}, ${inWords(certificate, now)}, from ${certificate.issuer}`
        : `${at}: ${problem}`;
    }),
  });
  const behind = pods.filter((p) => served.served.some((s) => s.pod?.uid === p.uid));
  const stored = namespace === undefined ? undefined : await storedFor({ namespace, secret, pods: behind });
  if (stored) {
    const { state, certificate, renewal } = stored.found;
    finding(`What Secret ${stored.secret} holds`, {
      evidence: certificate
        ? `${certificate.subject}, ${inWords(certificate, now)}; ${renewal ? `renewed by ${renewal.by}` : 'nothing is known to renew it'}`
        : state,
    });
  }
  return { what, served, stored, pods: behind };
}

/** The Secret that was named, or the one with a certificate that the serving workload mounts where there is just one. */
async function storedFor(o: {
  readonly namespace: string;
  readonly secret: string | undefined;
  readonly pods: readonly Pod[];
}): Promise<{ secret: string; found: Stored } | undefined> {
  const { namespace, secret, pods } = o;
  const look = async (name: string) => ({
    secret: name,
    found: await kubernetes.storedCertificate({ namespace, secret: name }),
  });
  if (secret !== undefined) return look(secret);
  const owner = pods[0]?.workload;
  if (owner?.kind !== 'Deployment' && owner?.kind !== 'StatefulSet' && owner?.kind !== 'DaemonSet')
    return undefined;
  const { references } = await kubernetes.configurationOf({ namespace, kind: owner.kind, name: owner.name });
  const mounted = references.filter((r) => r.kind === 'Secret' && r.container === null).map((r) => r.name);
  const all = await Promise.all([...new Set(mounted)].slice(0, 5).map(look));
  const holding = all.filter((s) => s.found.state === 'there');
  return holding.length === 1 ? holding[0] : all.length === 1 ? all[0] : undefined;
}
