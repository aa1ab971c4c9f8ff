import { z } from 'zod';
import { read } from '../../kit/index.ts';
import { Name, Namespace, Time, Truncated } from './identity.ts';

const Certificate = z.object({
  subject: z.string(),
  issuer: z.string(),
  /** Names and addresses that it is for. */
  names: z.array(z.string()),
  notBefore: Time,
  notAfter: Time,
  /** SHA-256 of the certificate, as hexadecimal digits. */
  fingerprint: z.string(),
});
export type Certificate = z.output<typeof Certificate>;

const ServedAt = z.object({
  /** `10.244.1.7:8443` */
  address: z.string(),
  pod: z.object({ name: z.string(), uid: z.string() }).nullable(),
  /** Null where none was shown; `problem` says why. */
  certificate: Certificate.nullable(),
  problem: z.string().optional(),
});
export type ServedAt = z.output<typeof ServedAt>;

const Renewal = z.object({
  by: z.literal('cert-manager'),
  /** The Certificate object that the Secret belongs to. */
  certificate: z.string(),
  issuer: z.string().nullable(),
  /** What it says of itself; null where it may not be read or is gone. */
  status: z
    .object({
      ready: z.boolean(),
      message: z.string(),
      renewalTime: Time.nullable(),
      /** CertificateRequests of it that are neither done nor given up, with what they wait for. */
      pending: z.array(z.object({ name: z.string(), created: Time, message: z.string() })),
    })
    .nullable(),
});

export const certificates = {
  servedCertificates: read({
    description:
      'The certificates that are served now: by the pods behind a Service, by a kubelet, or by the API server. A TLS handshake with each; nothing is sent.',
    as: 'openssl s_client -connect ADDRESS:PORT </dev/null | openssl x509 -noout -enddate -fingerprint',
    rights: [
      {
        in: 'namespace',
        may: { services: ['get'], 'endpointslices.discovery.k8s.io': ['list'] },
        when: { service: true },
      },
      { in: 'cluster', may: { nodes: ['get'] }, when: { node: true } },
      {
        in: 'cluster',
        may: { 'certificatesigningrequests.certificates.k8s.io': ['list'] },
        when: { node: true },
        without: 'which requests of the kubelet nobody has approved',
      },
    ],
    input: z
      .object({
        namespace: Namespace.optional(),
        service: Name.optional(),
        /** The port of the Service; 443, or its only one, when left out. */
        port: z.number().int().min(1).max(65535).optional(),
        /** The kubelet of this node. The API server when neither is said. */
        node: Name.optional(),
      })
      .refine((i) => i.service === undefined || i.namespace !== undefined, 'say the namespace of the Service')
      .refine((i) => i.service === undefined || i.node === undefined, 'say a Service or a node, not both'),
    output: z.object({
      served: z.array(ServedAt),
      /** CertificateSigningRequests of the node's kubelet that wait for somebody's approval. */
      unapproved: z.array(z.object({ name: z.string(), created: Time })),
      truncated: Truncated,
    }),
    summary: (i) =>
      i.service
        ? `certificates that ${i.namespace}/${i.service} serves`
        : i.node
          ? `the certificate that the kubelet of ${i.node} serves`
          : 'the certificate that the API server serves',
  }),
  storedCertificate: read({
    description:
      'The certificate in a TLS Secret, and who renews it. Needs the right to get that Secret; its key is never looked at.',
    as: "kubectl get secret NAME -o jsonpath='{.data.tls\\.crt}' | base64 -d | openssl x509 -noout -enddate",
    rights: [
      { in: 'namespace', may: { secrets: ['get'] }, without: 'the certificate itself' },
      {
        in: 'namespace',
        may: {
          'certificates.cert-manager.io': ['get'],
          'certificaterequests.cert-manager.io': ['list'],
        },
        without: 'what cert-manager says of its renewal',
      },
    ],
    input: z.object({ namespace: Namespace, secret: Name }),
    output: z.object({
      /** `not-seen`: nightshift may not read it; `unreadable`: there is no certificate in it. */
      state: z.enum(['there', 'missing', 'not-seen', 'unreadable']),
      certificate: Certificate.nullable(),
      writtenAt: Time.nullable(),
      /** Null where nothing is known to renew it. */
      renewal: Renewal.nullable(),
    }),
    summary: (i) => `the certificate in Secret ${i.namespace}/${i.secret}`,
  }),
};
