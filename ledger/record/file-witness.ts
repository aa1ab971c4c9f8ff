import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { publicKeyFromPem } from '../keys.ts';
import { notesIn, openCheckpoint, type Checkpoint } from './checkpoint.ts';
import { isConsistent } from './merkle.ts';
import { WitnessRefused, type Witness } from './witness.ts';

/**
 * A witness that is a file of signed checkpoints, one after the other: appended to and synced, never rewritten. Put it
 * where the database's administrator cannot write. `publicKeyPem` is the sealer's.
 */
export function createFileWitness({ file, publicKeyPem }: { file: string; publicKeyPem: string }): Witness {
  const { publicKey } = publicKeyFromPem(publicKeyPem);
  let turn: Promise<unknown> = Promise.resolve();

  const last = async (): Promise<Checkpoint | undefined> => {
    const note = notesIn(await tail(file)).at(-1);
    return note === undefined ? undefined : openCheckpoint(note, publicKey);
  };

  const add: Witness['add'] = async ({ note, from, consistency }) => {
    const held = await last();
    const offered = openCheckpoint(note, publicKey);
    if (held !== undefined) {
      if (judge({ held, offered, from, consistency }) === 'held') return;
    }
    await append(file, note);
  };

  return {
    size: async () => (await last())?.size ?? 0,
    add: (checkpoint) => {
      const mine = turn.then(() => add(checkpoint));
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}

function judge(o: {
  held: Checkpoint;
  offered: Checkpoint;
  from: number;
  consistency: readonly Buffer[];
}): 'new' | 'held' {
  const { held, offered } = o;
  if (offered.origin !== held.origin) {
    throw new WitnessRefused(`this witness keeps the log ${held.origin}, not ${offered.origin}`);
  }
  if (offered.size < held.size) {
    throw new WitnessRefused(
      `the log had ${held.size} entries when it was last witnessed and now has ${offered.size}: its tail is gone`,
    );
  }
  if (offered.size === held.size && offered.root.equals(held.root)) return 'held';
  const proof = {
    old: held.size,
    oldRoot: held.root,
    size: offered.size,
    root: offered.root,
    proof: o.consistency,
  };
  if (o.from !== held.size || !isConsistent(proof)) {
    throw new WitnessRefused(
      `the log of ${offered.size} entries does not begin with the ${held.size} that were witnessed: something was rewritten`,
    );
  }
  return 'new';
}

/** Many notes long. The file only ever grows, and it is asked for its last note each time. */
const TAIL = 65_536;

async function tail(file: string): Promise<string> {
  let handle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read({
      buffer: Buffer.alloc(Math.min(size, TAIL)),
      position: Math.max(0, size - TAIL),
    });
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await handle.close();
  }
}

async function append(file: string, note: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const before = await tail(file);
  const handle = await open(file, 'a', 0o644);
  try {
    // A line that a crash cut off must not swallow the first line of this note.
    await handle.appendFile(`${before === '' || before.endsWith('\n') ? '' : '\n'}${note}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
