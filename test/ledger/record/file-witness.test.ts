import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair } from '../../../ledger/keys.ts';
import { notesIn, signCheckpoint } from '../../../ledger/record/checkpoint.ts';
import { createFileWitness } from '../../../ledger/record/file-witness.ts';
import { consistencyRanges, grow, leafHash, rangeHash, type Nodes } from '../../../ledger/record/merkle.ts';

const key = generateKeyPair();
const sealer = { name: 'sealer', ...key };

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-witness-'));
  file = join(folder, 'deep', 'witness.txt');
});
afterEach(() => rm(folder, { recursive: true }));

/** A log whose leaves are these words. */
function logOf(words: readonly string[], origin = 'nightshift/test') {
  const kept = new Map<string, Buffer>();
  const nodes: Nodes = ({ level, index }) => kept.get(`${level}/${index}`)!;
  for (const { level, index, hash } of grow(0, words.map(leafHash), nodes))
    kept.set(`${level}/${index}`, hash);
  const noteAt = (size: number, from: number) => ({
    note: signCheckpoint({ origin, size, root: rangeHash({ from: 0, to: size }, nodes) }, sealer),
    from,
    consistency: consistencyRanges(from, size).map((range) => rangeHash(range, nodes)),
  });
  return { noteAt };
}
const log = logOf(['a', 'b', 'c', 'd', 'e']);

test('it appends what follows, remembers across restarts, and takes the same again without writing', async () => {
  const witness = createFileWitness({ file, publicKeyPem: key.publicKeyPem });
  expect(await witness.size()).toBe(0);
  await witness.add(log.noteAt(2, 0));
  const again = createFileWitness({ file, publicKeyPem: key.publicKeyPem });
  expect(await again.size()).toBe(2);
  await again.add(log.noteAt(5, 2));
  const text = await readFile(file, 'utf8');
  await again.add(log.noteAt(5, 5));
  expect(await readFile(file, 'utf8')).toBe(text);
  expect(notesIn(text)).toEqual([log.noteAt(2, 0).note, log.noteAt(5, 2).note]);
});

test('it refuses a shorter log, a rewritten one, a wrong proof, another log and another key', async () => {
  const witness = createFileWitness({ file, publicKeyPem: key.publicKeyPem });
  await witness.add(log.noteAt(3, 0));
  const before = await readFile(file, 'utf8');
  await expect(witness.add(log.noteAt(2, 2))).rejects.toThrow('its tail is gone');
  const rewritten = logOf(['a', 'B', 'c', 'd', 'e']);
  await expect(witness.add(rewritten.noteAt(5, 3))).rejects.toThrow('something was rewritten');
  await expect(witness.add(rewritten.noteAt(3, 3))).rejects.toThrow('something was rewritten');
  await expect(witness.add({ ...log.noteAt(5, 3), consistency: [] })).rejects.toThrow(
    'something was rewritten',
  );
  await expect(witness.add(logOf(['a', 'b', 'c', 'd'], 'nightshift/other').noteAt(4, 3))).rejects.toThrow(
    'this witness keeps the log nightshift/test',
  );
  const stranger = createFileWitness({ file, publicKeyPem: generateKeyPair().publicKeyPem });
  await expect(stranger.add(log.noteAt(5, 3))).rejects.toThrow('signed by another key');
  expect(await readFile(file, 'utf8')).toBe(before);
});

test('a note that a crash cut off is passed over and never rewritten', async () => {
  const witness = createFileWitness({ file, publicKeyPem: key.publicKeyPem });
  await witness.add(log.noteAt(2, 0));
  await appendFile(file, log.noteAt(4, 2).note.slice(0, 40));
  const cut = await readFile(file, 'utf8');
  expect(await witness.size()).toBe(2);
  await witness.add(log.noteAt(4, 2));
  expect(await witness.size()).toBe(4);
  expect((await readFile(file, 'utf8')).startsWith(cut)).toBe(true);
});

test('a file of many notes is as good as one of few', async () => {
  const witness = createFileWitness({ file, publicKeyPem: key.publicKeyPem });
  await witness.add(log.noteAt(2, 0));
  const note = await readFile(file, 'utf8');
  await appendFile(file, note.repeat(1_000));
  expect(await witness.size()).toBe(2);
  await witness.add(log.noteAt(5, 2));
  expect(await witness.size()).toBe(5);
  expect(notesIn(await readFile(file, 'utf8'))).toHaveLength(1_002);
});

test('calls at once are taken one after the other', async () => {
  const witness = createFileWitness({ file, publicKeyPem: key.publicKeyPem });
  await Promise.all([
    witness.add(log.noteAt(2, 0)),
    witness.add(log.noteAt(4, 2)),
    witness.add(log.noteAt(5, 4)),
  ]);
  expect(notesIn(await readFile(file, 'utf8'))).toHaveLength(3);
});
