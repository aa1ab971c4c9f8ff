export { can, LAB_PACKAGES, type Capability } from './can.ts';
export type { LabDetails } from './details.ts';
export type { LabEvent } from './events.ts';
export { createLab, LabImpossible, type Lab, type LabOptions } from './lab.ts';
