import { z } from 'zod';
import { read } from '../../kit/index.ts';
import { Name, Namespace, Time, Truncated } from './identity.ts';

export const ServicePort = z.object({
  name: z.string(),
  protocol: z.enum(['TCP', 'UDP', 'SCTP']),
  port: z.number().int(),
  targetPort: z.string(),
  nodePort: z.number().int().optional(),
});

export const ServiceSummary = z.object({
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  created: Time,
  type: z.string(),
  /** Empty for a headless Service and an ExternalName. */
  clusterIPs: z.array(z.string()),
  ports: z.array(
    ServicePort.extend({
      /** Endpoints of this port that are ready. */
      readyEndpoints: z.number().int(),
    }),
  ),
});
export type ServiceSummary = z.output<typeof ServiceSummary>;

const Endpoint = z.object({
  address: z.string(),
  ready: z.boolean(),
  serving: z.boolean(),
  terminating: z.boolean(),
  node: z.string().nullable(),
  zone: z.string().nullable(),
  ports: z.array(z.object({ name: z.string(), protocol: z.string(), port: z.number().int() })),
  /** The pod behind it as it is now; null for an address that is no pod's or whose pod is gone. */
  pod: z
    .object({ name: z.string(), uid: z.string(), ready: z.boolean(), podIP: z.string().nullable() })
    .nullable(),
});

export const services = {
  endpointsOf: read({
    description: 'Service → EndpointSlices → pods, with the mismatches named.',
    as: 'kubectl get service,endpointslices,pods -l ...',
    rights: [
      {
        in: 'namespace',
        may: { services: ['get'], 'endpointslices.discovery.k8s.io': ['list'], pods: ['list'] },
      },
    ],
    input: z.object({ namespace: Namespace, service: Name }),
    output: z.object({
      service: ServiceSummary,
      selector: z.string().nullable(),
      ready: z.number().int(),
      endpoints: z.array(Endpoint),
      /** One sentence each: a ready pod that is no endpoint, an endpoint whose pod is gone, a port nobody serves. */
      mismatches: z.array(z.string()),
      truncated: Truncated,
    }),
    summary: (i) => `endpoints of ${i.namespace}/${i.service}`,
  }),
  listServices: read({
    description:
      'How many Services there are, which have ready endpoints, and when the number grew; addresses and ports of the newest.',
    as: 'kubectl get services -A --sort-by=.metadata.creationTimestamp',
    rights: [{ in: 'namespace', may: { services: ['list'], 'endpointslices.discovery.k8s.io': ['list'] } }],
    input: z.object({
      /** All namespaces when left out. */
      namespace: Namespace.optional(),
      /** How many Services to give back, the newest; the counts are always of all. */
      limit: z.number().int().min(0).max(500).default(50),
    }),
    output: z.object({
      count: z.number().int(),
      withReadyEndpoints: z.number().int(),
      /** Ready endpoints of all Services together: what kube-proxy's rules grow with. */
      readyEndpoints: z.number().int(),
      byNamespace: z.array(z.object({ namespace: z.string(), count: z.number().int() })),
      /** How many of the present ones were created in each minute, newest last, at most 60 entries. */
      created: z.array(z.object({ minute: Time, namespace: z.string(), count: z.number().int() })),
      /** Newest last. */
      services: z.array(ServiceSummary),
      truncated: Truncated,
    }),
    summary: (i) => `Services in ${i.namespace ?? 'all namespaces'}`,
  }),
};
