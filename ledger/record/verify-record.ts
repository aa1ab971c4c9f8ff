import { publicKeyFromPem } from '../keys.ts';
import { RecordBundle } from './bundle.ts';
import { openCheckpoint, originOf, type Checkpoint } from './checkpoint.ts';
import { SealedFacts, type Leaf } from './leaf.ts';
import { isConsistent, leafHash, rootFromInclusion } from './merkle.ts';
import { nameOf, parsed, readLeaf, verification, Wrong, type Verification } from './verification.ts';
import { readWitnessed, type Witnessed } from './witnessed.ts';

export interface RecordSummary {
  readonly deployment: string;
  readonly workflowId: string;
  /** The sealer's key. */
  readonly keyId: string;
  /** How many entries the log had when the bundle was made. */
  readonly logSize: number;
  readonly entries: number;
  /** The run has ended and no entry that it had then is missing. */
  readonly sealed: boolean;
  readonly outcome?: string | undefined;
  /** Entries that came after the end: a late answer, a leftover put back. */
  readonly afterSeal: number;
  /** The witnessed checkpoint it was held against, and how many of its entries are younger than that. */
  readonly witnessed?: { readonly size: number; readonly younger: number } | undefined;
}

export interface RecordToVerify {
  readonly bundle: unknown;
  /** The sealer's public key, from somewhere else than the bundle. */
  readonly publicKeyPem: string;
  /** What the witness holds: its file, or one checkpoint. Without it, only what was signed is shown, not that it is all. */
  readonly witnessed?: string | undefined;
  /** A run that has not ended has no seal yet, and an entry left out cannot show; refused unless allowed. */
  readonly unsealed?: 'refuse' | 'allow' | undefined;
}

/** Checks one run's record, offline: signature, every entry against the log, nothing left out, the log as witnessed. */
export function verifyRecord(o: RecordToVerify): Verification<RecordSummary> {
  return verification(() => {
    const { publicKey, keyId } = publicKeyFromPem(o.publicKeyPem);
    const bundle = parsed(RecordBundle, o.bundle, 'the bundle');
    const head = openCheckpoint(bundle.checkpoint, publicKey);
    if (head.origin !== originOf(bundle.deployment)) {
      throw new Wrong(
        `the checkpoint is of the log "${head.origin}", the bundle of the deployment "${bundle.deployment}"`,
      );
    }
    const leaves = bundle.entries.map((entry, i) =>
      includedLeaf(bundle, head, { entry, after: bundle.entries[i - 1] }),
    );
    const earlier = bundle.earlier.map(({ checkpoint, proof }) => {
      const old = openCheckpoint(checkpoint, publicKey);
      if (!follows(head, old, proof)) {
        throw new Wrong(
          `the log at ${head.size} entries does not begin with its own checkpoint of ${old.size}`,
        );
      }
      return old;
    });
    const { sealed, afterSeal } = complete(bundle, leaves, o.unsealed ?? 'refuse');
    const witnessed =
      o.witnessed === undefined
        ? undefined
        : asWitnessed({ head, earlier, witnessed: readWitnessed(o.witnessed, publicKey) });
    return {
      deployment: bundle.deployment,
      workflowId: bundle.workflowId,
      keyId,
      logSize: head.size,
      entries: leaves.length,
      sealed,
      outcome: outcomeOf(leaves),
      afterSeal,
      witnessed:
        witnessed === undefined
          ? undefined
          : { size: witnessed, younger: bundle.entries.filter((e) => e.index >= witnessed).length },
    };
  });
}

type Entry = RecordBundle['entries'][number];

function includedLeaf(
  bundle: RecordBundle,
  head: Checkpoint,
  { entry, after }: { entry: Entry; after: Entry | undefined },
): Leaf {
  const name = nameOf(entry.index, entry.leaf);
  if (entry.index >= head.size) throw new Wrong(`the checkpoint covers only ${head.size} entries`, name);
  if (after !== undefined && after.index >= entry.index)
    throw new Wrong('it is not in the order of the log', name);
  const proof = entry.proof.map((hash) => Buffer.from(hash, 'hex'));
  const root = rootFromInclusion({ index: entry.index, size: head.size, leaf: leafHash(entry.leaf), proof });
  if (root?.equals(head.root) !== true) {
    throw new Wrong('it was changed, or is not the entry that the log has at this place', name);
  }
  const leaf = readLeaf(entry.leaf);
  if (leaf === undefined) throw new Wrong('it is in the log but cannot be read', name);
  if (leaf.deployment !== bundle.deployment || leaf.workflowId !== bundle.workflowId) {
    throw new Wrong(`it belongs to the run ${leaf.workflowId} of ${leaf.deployment}`, name);
  }
  return leaf;
}

/** Every entry that a seal lists must be here. */
function complete(
  bundle: RecordBundle,
  leaves: readonly Leaf[],
  unsealed: 'refuse' | 'allow',
): { sealed: boolean; afterSeal: number } {
  const here = new Set(bundle.entries.map((e) => leafHash(e.leaf).toString('hex')));
  const listed = new Set<string>();
  let seals = 0;
  leaves.forEach((leaf, i) => {
    if (leaf.kind !== 'sealed') return;
    seals += 1;
    const { entries } = parsed(SealedFacts, leaf.facts, "the run's seal");
    entries.forEach(({ kind, hash }, n) => {
      if (!here.has(hash)) {
        throw new Wrong(
          'the seal lists it, and it is not here as it was',
          `entry ${n + 1} of the run (${kind})`,
        );
      }
      listed.add(hash);
    });
    listed.add(leafHash(bundle.entries[i]!.leaf).toString('hex'));
  });
  if (leaves[0]?.kind !== 'run-received')
    throw new Wrong('the record does not begin with the run being received');
  if (seals === 0 && unsealed === 'refuse') {
    throw new Wrong('the record has no seal: the run has not ended, or its end was cut off');
  }
  return { sealed: seals > 0, afterSeal: seals > 0 ? here.size - listed.size : 0 };
}

/** The size of the witnessed checkpoint that this log was found to agree with. */
function asWitnessed(o: { head: Checkpoint; earlier: readonly Checkpoint[]; witnessed: Witnessed }): number {
  const { head, earlier, witnessed } = o;
  const known = [head, ...earlier]
    .filter((c) => witnessed.sizes.includes(c.size))
    .sort((a, b) => b.size - a.size);
  for (const mine of known) {
    const theirs = witnessed.open(mine.size);
    if (theirs.origin !== mine.origin)
      throw new Wrong(`the witness keeps the log ${theirs.origin}, not ${mine.origin}`);
    if (!theirs.root.equals(mine.root)) {
      throw new Wrong(
        `the log is another one than was witnessed: they differ within the first ${mine.size} entries`,
      );
    }
  }
  if (witnessed.largest > head.size && known[0]?.size !== head.size) {
    witnessed.open(witnessed.largest);
    throw new Wrong(
      `the log had ${witnessed.largest} entries when it was witnessed and has ${head.size} in this bundle: its tail was dropped, or the bundle is old; export it again`,
    );
  }
  if (known[0] === undefined) {
    throw new Wrong(
      `nothing connects the bundle (${head.size} entries) with the witnessed checkpoint (${witnessed.largest}); take a later checkpoint from the witness`,
    );
  }
  return known[0].size;
}

function follows(head: Checkpoint, old: Checkpoint, proof: readonly string[]): boolean {
  return (
    old.origin === head.origin &&
    old.size < head.size &&
    isConsistent({
      old: old.size,
      oldRoot: old.root,
      size: head.size,
      root: head.root,
      proof: proof.map((hash) => Buffer.from(hash, 'hex')),
    })
  );
}

function outcomeOf(leaves: readonly Leaf[]): string | undefined {
  const facts = leaves.findLast((leaf) => leaf.kind === 'run-ended')?.facts;
  const outcome =
    typeof facts === 'object' && facts !== null && 'outcome' in facts ? facts.outcome : undefined;
  return typeof outcome === 'string' ? outcome : undefined;
}
