import type {
  CoreV1Event,
  V1APIService,
  V1CertificateSigningRequest,
  V1ConfigMap,
  V1ControllerRevision,
  V1CronJob,
  V1DaemonSet,
  V1Deployment,
  V1EndpointSlice,
  V1Job,
  V1Lease,
  V1Namespace,
  V1Node,
  V1ObjectMeta,
  V1Pod,
  V1PodDisruptionBudget,
  V1ReplicaSet,
  V1Secret,
  V1Service,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node';

/** An API object as it came over the wire: times are ISO 8601 strings, unknown fields are kept. */
export type Raw<T> = T extends Date
  ? string
  : T extends readonly (infer U)[]
    ? Raw<U>[]
    : T extends object
      ? { [K in keyof T]: Raw<T[K]> }
      : T;

/** As much of cert-manager's Certificate and CertificateRequest (cert-manager.io/v1) as is looked at. */
interface Issued {
  metadata?: V1ObjectMeta;
  status?: {
    renewalTime?: string;
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
  };
}

/** The resources that the steps touch, by their name in the API's paths. */
interface Objects {
  namespaces: V1Namespace;
  apiservices: V1APIService;
  pods: V1Pod;
  nodes: V1Node;
  services: V1Service;
  events: CoreV1Event;
  configmaps: V1ConfigMap;
  secrets: V1Secret;
  deployments: V1Deployment;
  replicasets: V1ReplicaSet;
  statefulsets: V1StatefulSet;
  daemonsets: V1DaemonSet;
  controllerrevisions: V1ControllerRevision;
  endpointslices: V1EndpointSlice;
  leases: V1Lease;
  jobs: V1Job;
  cronjobs: V1CronJob;
  horizontalpodautoscalers: V2HorizontalPodAutoscaler;
  poddisruptionbudgets: V1PodDisruptionBudget;
  certificatesigningrequests: V1CertificateSigningRequest;
  certificates: Issued;
  certificaterequests: Issued;
}
type Known = keyof Objects;

/** A resource that is met only by name, of a custom API for instance: of its objects the metadata is known. */
export interface OtherResource {
  /** `apis/example.com/v1`, or `api/v1` for the core API. */
  readonly groupVersion: string;
  /** As in the API's paths: `configmaps`. */
  readonly plural: string;
}
export type Resource = Known | OtherResource;
export type ObjectOf<R extends Resource> = R extends Known ? Raw<Objects[R]> : MetadataOnly;

/** Where a resource is in the API's paths. */
export const placeOf = (resource: Resource): OtherResource =>
  typeof resource === 'string' ? { groupVersion: GROUP_VERSION[resource], plural: resource } : resource;

const GROUP_VERSION: Readonly<Record<Known, string>> = {
  namespaces: 'api/v1',
  apiservices: 'apis/apiregistration.k8s.io/v1',
  pods: 'api/v1',
  nodes: 'api/v1',
  services: 'api/v1',
  events: 'api/v1',
  configmaps: 'api/v1',
  secrets: 'api/v1',
  deployments: 'apis/apps/v1',
  replicasets: 'apis/apps/v1',
  statefulsets: 'apis/apps/v1',
  daemonsets: 'apis/apps/v1',
  controllerrevisions: 'apis/apps/v1',
  endpointslices: 'apis/discovery.k8s.io/v1',
  leases: 'apis/coordination.k8s.io/v1',
  jobs: 'apis/batch/v1',
  cronjobs: 'apis/batch/v1',
  horizontalpodautoscalers: 'apis/autoscaling/v2',
  poddisruptionbudgets: 'apis/policy/v1',
  certificatesigningrequests: 'apis/certificates.k8s.io/v1',
  certificates: 'apis/cert-manager.io/v1',
  certificaterequests: 'apis/cert-manager.io/v1',
};

export type RawPod = ObjectOf<'pods'>;
export type RawNode = ObjectOf<'nodes'>;
export type RawEvent = ObjectOf<'events'>;
export type RawService = ObjectOf<'services'>;
export type RawDeployment = ObjectOf<'deployments'>;
export type RawReplicaSet = ObjectOf<'replicasets'>;
export type RawEndpointSlice = ObjectOf<'endpointslices'>;
export type RawMeta = Raw<V1ObjectMeta>;

/** What is left of an object when only its metadata was asked for. */
export interface MetadataOnly {
  metadata?: RawMeta;
}
