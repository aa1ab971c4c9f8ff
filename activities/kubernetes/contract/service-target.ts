import { z } from 'zod';
import { change, read } from '../../kit/index.ts';
import { Name, Namespace, Time, Truncated, WorkloadKind } from './identity.ts';
import { ServiceSummary } from './services.ts';

const Labels = z.record(z.string(), z.string());

/** What a Service can hold on to in a workload's template. */
const Template = z.object({
  labels: Labels,
  /** Ports that containers declare; a Service finds one of them by its name only when it is declared. */
  ports: z.array(
    z.object({
      container: z.string(),
      /** Empty for one without a name. */
      name: z.string(),
      port: z.number().int(),
      protocol: z.string(),
    }),
  ),
});

const Backend = Template.extend({
  kind: WorkloadKind,
  name: z.string(),
  uid: z.string(),
  /** Pods wanted; null for a DaemonSet, which has as many as nodes. */
  replicas: z.number().int().nullable(),
  /** True when its present labels fit the whole selector. */
  selected: z.boolean(),
  /** The revision before the present one, where the controller keeps it. */
  before: Template.extend({
    revision: z.number().int(),
    /** When the present revision took its place. */
    until: Time,
    /** True when those labels fit the present selector. */
    selected: z.boolean(),
  }).nullable(),
});
export type Backend = z.output<typeof Backend>;

/** Target ports by the port that they are for, written `80/TCP`. */
const TargetPorts = z.record(z.string(), z.string());

const Target = z.object({ selector: Labels, targetPorts: TargetPorts });
export type ServiceTarget = z.output<typeof Target>;

export const serviceTarget = {
  serviceBackends: read({
    description:
      'What a Service selects, and every workload of its namespace beside it: labels and ports now and one revision ago.',
    as: 'kubectl get service NAME -o yaml; kubectl get deployments,replicasets --show-labels',
    rights: [
      {
        in: 'namespace',
        may: {
          services: ['get'],
          'endpointslices.discovery.k8s.io': ['list'],
          'deployments.apps': ['list'],
          'replicasets.apps': ['list'],
          'statefulsets.apps': ['list'],
          'daemonsets.apps': ['list'],
        },
      },
    ],
    input: z.object({ namespace: Namespace, service: Name }),
    output: z.object({
      /** Null when there is no such Service. */
      service: z
        .object({
          uid: z.string(),
          type: z.string(),
          /** Null where the endpoints are not made from a selector. */
          selector: Labels.nullable(),
          ports: ServiceSummary.shape.ports,
          /** What the last `kubectl apply` said, where the object remembers it: older than a later edit. */
          applied: Target.nullable(),
          lastEdit: z.object({ by: z.string(), at: Time }).nullable(),
        })
        .nullable(),
      /** Those that fit most of the selector first. */
      workloads: z.array(Backend),
      truncated: Truncated,
    }),
    summary: (i) => `what Service ${i.namespace}/${i.service} selects`,
  }),
  setServiceTarget: change({
    description: 'Sets labels of the selector of a Service, and the target ports of its ports.',
    as: 'kubectl set selector service NAME KEY=VALUE; kubectl patch service NAME',
    rights: [{ in: 'namespace', may: { services: ['get', 'patch'] } }],
    risk: 'disruptive',
    input: z
      .object({
        namespace: Namespace,
        service: Name,
        /** Labels to set; `null` takes one out of the selector. The others stay. */
        selector: z.record(z.string().min(1).max(317), z.string().max(63).nullable()).default({}),
        /** Ports to lead elsewhere, by `80/TCP`: to a port's name or number. */
        targetPorts: z
          .record(z.string().regex(/^\d+\/(TCP|UDP|SCTP)$/), z.string().min(1).max(63))
          .default({}),
      })
      .refine(
        (i) => Object.keys(i.selector).length + Object.keys(i.targetPorts).length > 0,
        'say a label of the selector or a target port',
      ),
    output: Target.extend({ uid: z.string() }),
    /** The Service as it was seen: its whole selector and all of its target ports. */
    preconditions: Target.extend({ uid: z.string() }),
    preimage: z.object({ uid: z.string(), before: Target, written: Target }),
    target: (i) => `service/${i.namespace}/${i.service}`,
    summary: (i) => {
      const labels = Object.entries(i.selector).map(([key, value]) =>
        value === null ? `select without ${key}` : `select ${key}=${value}`,
      );
      const ports = Object.entries(i.targetPorts).map(([port, to]) => `lead ${port} to ${to}`);
      return `Service ${i.namespace}/${i.service}: ${[...labels, ...ports].join(', ')}`;
    },
  }),
};
