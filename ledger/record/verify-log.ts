import { publicKeyFromPem } from '../keys.ts';
import { LogBundle } from './bundle.ts';
import { openCheckpoint, originOf } from './checkpoint.ts';
import { EMPTY_ROOT, leafHash, nodeHash } from './merkle.ts';
import { nameOf, parsed, readLeaf, verification, Wrong, type Verification } from './verification.ts';
import { readWitnessed } from './witnessed.ts';

export interface LogSummary {
  readonly deployment: string;
  readonly keyId: string;
  readonly size: number;
  /** Every run that the log knows, in the order of their first entries. */
  readonly runs: readonly { readonly workflowId: string; readonly entries: number }[];
  readonly witnessed?: { readonly size: number } | undefined;
}

/** Checks the whole log of a deployment, offline: every entry, its signed head, and what the witness saw of it. */
export function verifyLog(o: {
  readonly log: unknown;
  readonly publicKeyPem: string;
  readonly witnessed?: string | undefined;
}): Verification<LogSummary> {
  return verification(() => {
    const { publicKey, keyId } = publicKeyFromPem(o.publicKeyPem);
    const log = parsed(LogBundle, o.log, 'the log');
    const head = openCheckpoint(log.checkpoint, publicKey);
    if (head.origin !== originOf(log.deployment)) {
      throw new Wrong(
        `the checkpoint is of the log "${head.origin}", the file of the deployment "${log.deployment}"`,
      );
    }
    const witnessed = o.witnessed === undefined ? undefined : readWitnessed(o.witnessed, publicKey);
    if (witnessed !== undefined) {
      const { origin } = witnessed.open(witnessed.largest);
      if (origin !== head.origin) throw new Wrong(`the witness keeps the log ${origin}, not ${head.origin}`);
    }
    const known = new Map((witnessed?.sizes ?? []).map((size) => [size, () => witnessed!.open(size).root]));
    const runs = walk(log, { head, known });
    if (witnessed !== undefined && witnessed.largest > head.size) {
      throw new Wrong(
        `the log had ${witnessed.largest} entries when it was last witnessed and has ${head.size} now: its tail was dropped`,
      );
    }
    return {
      deployment: log.deployment,
      keyId,
      size: head.size,
      runs: [...runs].map(([workflowId, entries]) => ({ workflowId, entries })),
      witnessed: witnessed === undefined ? undefined : { size: witnessed.largest },
    };
  });
}

/** Recomputes the tree leaf by leaf and compares its root wherever one is known. */
function walk(
  log: LogBundle,
  o: { head: { size: number; root: Buffer }; known: ReadonlyMap<number, () => Buffer> },
): Map<string, number> {
  const runs = new Map<string, number>();
  const subtrees: { level: number; hash: Buffer }[] = [];
  let good = 0;
  for (let index = 0; index < o.head.size; index += 1) {
    const entry = log.entries[index];
    if (entry?.index !== index) throw new Wrong('it is missing', `log entry ${index}`);
    const hash = checkedHash(log, entry);
    const workflowId = readLeaf(entry.leaf!)!.workflowId;
    if (workflowId !== '') runs.set(workflowId, (runs.get(workflowId) ?? 0) + 1);

    let node = { level: 0, hash };
    while (subtrees.at(-1)?.level === node.level) {
      node = { level: node.level + 1, hash: nodeHash(subtrees.pop()!.hash, node.hash) };
    }
    subtrees.push(node);
    const size = index + 1;
    const expected = size === o.head.size ? o.head.root : undefined;
    const seen = o.known.get(size)?.();
    for (const root of [seen, expected]) {
      if (root === undefined) continue;
      if (!rootOf(subtrees).equals(root)) {
        throw new Wrong(
          `the entries from ${good} to ${index} do not add up to the ${root === seen ? 'witnessed' : 'signed'} checkpoint of ${size}: one of them was changed, removed or put in`,
        );
      }
      good = size;
    }
  }
  if (log.entries.length > o.head.size)
    throw new Wrong(`the log has more entries than its checkpoint of ${o.head.size}`);
  return runs;
}

function checkedHash(log: LogBundle, entry: LogBundle['entries'][number]): Buffer {
  if (entry.leaf === null) throw new Wrong('it is gone; only its hash is left', `log entry ${entry.index}`);
  const name = nameOf(entry.index, entry.leaf);
  const hash = leafHash(entry.leaf);
  if (entry.hash !== hash.toString('hex'))
    throw new Wrong('it was changed: it does not have its hash any more', name);
  const leaf = readLeaf(entry.leaf);
  if (leaf === undefined) throw new Wrong('it cannot be read', name);
  if (leaf.deployment !== log.deployment)
    throw new Wrong(`it belongs to the deployment ${leaf.deployment}`, name);
  return hash;
}

const rootOf = (subtrees: readonly { hash: Buffer }[]): Buffer =>
  subtrees.length === 0
    ? EMPTY_ROOT
    : subtrees.map((s) => s.hash).reduceRight((right, left) => nodeHash(left, right));
