/** The catalogue: every runbook of this repository. */
import type { RunbookDefinition } from '../workflows/index.ts';
import clusterLookAround from './cluster-look-around.ts';
import podsCrashOnOneNode from './pods-crash-on-one-node.ts';

const runbooks: readonly RunbookDefinition[] = [podsCrashOnOneNode, clusterLookAround];
export default runbooks;
