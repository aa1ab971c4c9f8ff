export { buildGo } from './build-go.ts';
export { BinaryNotFoundError, type BinaryProgress, type OnProgress } from './progress.ts';
export { resolveBinaries, resolveBinary } from './resolve.ts';
