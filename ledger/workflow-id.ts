import { createHash } from 'node:crypto';

/**
 * The id of a run's workflow: runbook, correlation key, ordinal of the incident. Readable, without spaces, and different
 * for different keys: a key that had to be shortened or altered carries a piece of its hash.
 */
export function workflowIdOf(o: { runbook: string; correlationKey: string; ordinal: number }): string {
  return `${workflowIdPrefix(o)}/${o.ordinal}`;
}

/** All of it but the ordinal, which the database counts. */
export const workflowIdPrefix = (o: { runbook: string; correlationKey: string }): string =>
  `${o.runbook}/${readable(o.correlationKey)}`;

const LONGEST = 80;

function readable(key: string): string {
  const plain = key
    // A whole input as a key is JSON: {"host":"worker-3"} reads host:worker-3.
    .replace(/["{}[\]]/g, '')
    .replace(/[^A-Za-z0-9._:=@/-]+/g, '-')
    .replace(/^[-/]+|[-/]+$/g, '')
    .slice(0, LONGEST);
  // A key that ends like a mark gets one too: otherwise it could pass for an altered key.
  if (plain === key && !/(^|-)[0-9a-f]{8}$|^$/.test(key)) return plain;
  const mark = createHash('sha256').update(key).digest('hex').slice(0, 8);
  return plain === '' ? mark : `${plain}-${mark}`;
}
