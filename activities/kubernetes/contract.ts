/** Everything that a runbook can ask of a Kubernetes cluster, or propose to do to it. */
import { defineSteps, onClusters } from '../kit/index.ts';
import { deletion } from './contract/deletion.ts';
import { certificates } from './contract/certificates.ts';
import { configuration } from './contract/configuration.ts';
import { debugging } from './contract/debugging.ts';
import { disruption } from './contract/disruption.ts';
import { draining } from './contract/draining.ts';
import { events } from './contract/events.ts';
import { nodeMarks } from './contract/node-marks.ts';
import { nodes } from './contract/nodes.ts';
import { objects } from './contract/objects.ts';
import { pods } from './contract/pods.ts';
import { probing } from './contract/probing.ts';
import { profiling } from './contract/profiling.ts';
import { removal } from './contract/removal.ts';
import { revisions } from './contract/revisions.ts';
import { scaling } from './contract/scaling.ts';
import { serviceTarget } from './contract/service-target.ts';
import { services } from './contract/services.ts';
import { templateChanges } from './contract/template-changes.ts';
import { tracing } from './contract/tracing.ts';
import { usage } from './contract/usage.ts';
import { workloads } from './contract/workloads.ts';

export const kubernetes = defineSteps(
  'kubernetes',
  onClusters({
    ...pods,
    ...events,
    ...workloads,
    ...revisions,
    ...templateChanges,
    ...scaling,
    ...configuration,
    ...certificates,
    ...services,
    ...serviceTarget,
    ...nodes,
    ...nodeMarks,
    ...draining,
    ...disruption,
    ...probing,
    ...debugging,
    ...profiling,
    ...tracing,
    ...removal,
    ...deletion,
    ...objects,
    ...usage,
  }),
);

export type { BeingDeleted, Deletions, FinalizerOwner, UnavailableApi } from './contract/deletion.ts';
export type { Certificate, ServedAt } from './contract/certificates.ts';
export type { ConfigurationSource } from './contract/configuration.ts';
export type { Disrupted } from './contract/disruption.ts';
export type { DrainPreview } from './contract/draining.ts';
export type { Event, ObservedChange } from './contract/events.ts';
export type { ObjectRef, PodRef, WorkloadRef } from './contract/identity.ts';
export { whyKept } from './contract/kept-finalizers.ts';
export { CORDONED_BY, CORDONED_WHY } from './contract/nodes.ts';
export type { NodeDescription } from './contract/nodes.ts';
export type { Container, Pod } from './contract/pods.ts';
export type { Difference } from './contract/revisions.ts';
export type { Backend } from './contract/service-target.ts';
export type { ServiceSummary } from './contract/services.ts';
export type { Revision } from './contract/workloads.ts';
