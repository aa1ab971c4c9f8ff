export { can, LAB_PACKAGES, type Capability } from './can.ts';
export { DETAILS_FILE, readDetails, type LabDetails } from './details.ts';
export type { LabEvent, OnProgress } from './events.ts';
export { createLab, LabImpossible, LabNotUp, type Lab, type LabOptions } from './lab.ts';
export type { Leftover } from './left-behind.ts';
export type { HostFile, HostFiles } from './node/host-files.ts';
export type { Webhook } from './observability/alertmanager.ts';
export type { LabStatus } from './status.ts';
export type { UpOptions } from './up.ts';
