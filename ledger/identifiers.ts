import { randomBytes } from 'node:crypto';

/** A new name that nobody can guess, e.g. `alert-3q2x8k1m5v7c9b4n`. */
export const newId = (kind: string): string => `${kind}-${randomBytes(10).toString('hex')}`;
