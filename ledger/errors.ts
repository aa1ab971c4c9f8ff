/** PostgreSQL did not answer, or not in time. Nothing can be said about what was asked unless it is asked again. */
export class LedgerUnavailable extends Error {
  override readonly name = 'LedgerUnavailable';
}

/** The ledger answered no: what was asked contradicts what it holds. Asking again changes nothing. */
export class LedgerRefused extends Error {
  override readonly name = 'LedgerRefused';
}

/** The Temporal that one is connected to is not the one that has the deployment's runs. */
export class WrongTemporal extends Error {
  override readonly name = 'WrongTemporal';
}
