/**
 * Checkpoints of the log: C2SP tlog-checkpoint in a C2SP signed-note (https://c2sp.org/tlog-checkpoint,
 * https://c2sp.org/signed-note), so that tools of other transparency logs read them too.
 */
import { createHash, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export interface Checkpoint {
  /** Names the log: `nightshift/` and the deployment. */
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

export const originOf = (deployment: string): string => `nightshift/${deployment}`;

/** A checkpoint that cannot be believed; the message says why. */
class CheckpointRefused extends Error {
  override readonly name = 'CheckpointRefused';
}

export interface Sealer {
  /** The key's name in the note: no spaces, no `+`. */
  readonly name: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function signCheckpoint({ origin, size, root }: Checkpoint, sealer: Sealer): string {
  const text = `${origin}\n${size}\n${root.toString('base64')}\n`;
  const signature = sign(null, Buffer.from(text, 'utf8'), sealer.privateKey);
  const stamp = Buffer.concat([noteKeyHash(sealer.name, sealer.publicKey), signature]).toString('base64');
  return `${text}\n— ${sealer.name} ${stamp}\n`;
}

const NOTE =
  /^(?<text>(?<origin>[^\n]+)\n(?<size>0|[1-9][0-9]{0,14})\n(?<root>[A-Za-z0-9+/]{43}=)\n)\n— (?<name>[^\s+]+) (?<stamp>[A-Za-z0-9+/]+=*)\n$/u;

/** The checkpoint in a note, once its one signature is verified. Throws `CheckpointRefused`. */
export function openCheckpoint(note: string, publicKey: KeyObject): Checkpoint {
  const fields = NOTE.exec(note)?.groups as
    Record<'text' | 'origin' | 'size' | 'root' | 'name' | 'stamp', string> | undefined;
  if (fields === undefined)
    throw new CheckpointRefused('the checkpoint does not have the form of a signed checkpoint');
  const stamp = exactBase64(fields.stamp);
  const root = exactBase64(fields.root);
  if (!stamp.subarray(0, 4).equals(noteKeyHash(fields.name, publicKey))) {
    throw new CheckpointRefused(`the checkpoint was signed by another key (it says "${fields.name}")`);
  }
  if (!verify(null, Buffer.from(fields.text, 'utf8'), publicKey, stamp.subarray(4))) {
    throw new CheckpointRefused("the checkpoint's signature is wrong: its text was changed after signing");
  }
  return { origin: fields.origin, size: Number(fields.size), root };
}

const NOTES = /^[^\n]+\n\d+\n[A-Za-z0-9+/=]{44}\n\n— [^\n]+\n/gmu;

/** The notes in a witness's file, in its order. What is no note (a line cut off by a crash) is left out. */
export const notesIn = (text: string): string[] => text.match(NOTES) ?? [];

/** The key id of C2SP signed-note for Ed25519. The raw key is the last 32 bytes of its SPKI form. */
export function noteKeyHash(name: string, publicKey: KeyObject): Buffer {
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  return createHash('sha256').update(`${name}\n`).update('\x01').update(raw).digest().subarray(0, 4);
}

/** Base64 that says the same bytes in a second spelling is refused. */
function exactBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text)
    throw new CheckpointRefused('the checkpoint has an ill-formed base64 text');
  return bytes;
}
