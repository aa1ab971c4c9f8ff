export { can } from './can.ts';
export { KUBE_PROXY_MODES, readDetails, type KubeProxyMode, type LabDetails } from './details.ts';
export type { LabEvent } from './events.ts';
export { findLabs } from './find-labs.ts';
export { createLab, LabNotUp, type Lab } from './lab.ts';
export { labName } from './layout.ts';
export { ON_DEMAND, type OnDemand } from './observability/on-demand.ts';
export type { LabStatus } from './status.ts';
export { SCENARIOS } from './scenarios/index.ts';
