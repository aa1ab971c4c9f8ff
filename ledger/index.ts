export type * from './api.ts';
export { createLedger, type LedgerOptions } from './create-ledger.ts';
export { LedgerRefused, LedgerUnavailable } from './errors.ts';
export {
  generateKeyPair,
  KeyError,
  keyPairFromPem,
  loadOrCreateKeyPair,
  publicKeyFromPem,
  publicKeysById,
  type KeyPair,
} from './keys.ts';
export { createFileWitness } from './record/file-witness.ts';
export { WitnessRefused, type Witness } from './record/witness.ts';
export { SignatureRefused, signStatement, verifySigned } from './signed-statement.ts';
export {
  verifyLog,
  verifyRecord,
  type LogSummary,
  type RecordSummary,
  type Verification,
} from './record/verify.ts';
