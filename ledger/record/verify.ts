/**
 * Offline verification. The claim is exactly: a change of anything before the last witnessed checkpoint is detected
 * (promise 11). It needs what was exported, the sealer's public key and what the witness holds; no database, no network.
 */
export type { Verification } from './verification.ts';
export { verifyLog, type LogSummary } from './verify-log.ts';
export { verifyRecord, type RecordSummary } from './verify-record.ts';
