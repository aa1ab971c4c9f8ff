import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyManifests, type Manifest } from '../control-plane/apply-manifests.ts';
import { PAYMENT_IMAGES } from '../images/image-names.ts';
import { command } from '../machine/command.ts';
import type { Scenario } from './scenario.ts';
import { deployment, SHOP, untilReady } from './shop.ts';

const NAME = 'checkout-tls';

const checkout = deployment({
  name: NAME,
  replicas: 2,
  container: {
    image: PAYMENT_IMAGES.before,
    command: ['/bin/payment-service', 'tls'],
    ports: [{ name: 'https', containerPort: 8443 }],
    readinessProbe: { tcpSocket: { port: 'https' }, periodSeconds: 1 },
    volumeMounts: [{ name: 'certificate', mountPath: '/tls', readOnly: true }],
  },
  pod: { volumes: [{ name: 'certificate', secret: { secretName: NAME } }] },
});

/** What nightshift may look at besides: this one Secret, of which it reads the certificate. */
const role = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name: 'nightshift-read-certificate', namespace: SHOP },
  rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: [NAME], verbs: ['get'] }],
} as Manifest;
const binding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'nightshift-read-certificate', namespace: SHOP },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'nightshift-read-certificate' },
  subjects: [{ kind: 'ServiceAccount', name: 'nightshift-read', namespace: 'nightshift-probes' }],
} as Manifest;

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: NAME, namespace: SHOP },
  spec: { selector: { app: NAME }, ports: [{ port: 443, targetPort: 'https' }] },
} as Manifest;

export const certificateAboutToExpire: Scenario = {
  shows: `The certificate of ${NAME} was renewed in its Secret; its pods still serve the old one, which ends in 3 days.`,
  async play({ api }) {
    await applyManifests(api, [role, binding, await tlsSecret({ days: 3 }), service, checkout]);
    await untilReady(api, NAME, 2);
    await applyManifests(api, [await tlsSecret({ days: 90 })]);
  },
};

/** A TLS Secret with a certificate that vouches for itself, for the name of the Service. */
async function tlsSecret({ days }: { readonly days: number }): Promise<Manifest> {
  const folder = await mkdtemp(join(tmpdir(), 'certificate-'));
  try {
    const [key, certificate] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
    const host = `${NAME}.${SHOP}.svc`;
    await command([
      ...['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-days', String(days), '-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`],
      ...['-keyout', key, '-out', certificate],
    ]);
    const base64 = async (file: string) => (await readFile(file)).toString('base64');
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: NAME, namespace: SHOP },
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': await base64(certificate), 'tls.key': await base64(key) },
    } as Manifest;
  } finally {
    await rm(folder, { recursive: true });
  }
}
