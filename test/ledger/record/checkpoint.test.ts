import { expect, test } from '@jest/globals';
import { createPublicKey } from 'node:crypto';
import { generateKeyPair } from '../../../ledger/keys.ts';
import { noteKeyHash, notesIn, openCheckpoint, signCheckpoint } from '../../../ledger/record/checkpoint.ts';

const key = generateKeyPair();
const sealer = { name: 'sealer.example', ...key };
const checkpoint = { origin: 'nightshift/prod', size: 42, root: Buffer.alloc(32, 7) };
const note = signCheckpoint(checkpoint, sealer);

test('a key has the id that the Go checksum database publishes for its own', () => {
  const raw = Buffer.from('Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8', 'base64').subarray(1);
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
    format: 'jwk',
  });
  expect(noteKeyHash('sum.golang.org', publicKey).toString('hex')).toBe('033de0ae');
});

test('a note has the lines of tlog-checkpoint and opens with the key', () => {
  const lines = note.split('\n');
  expect(lines.slice(0, 4)).toEqual(['nightshift/prod', '42', checkpoint.root.toString('base64'), '']);
  expect(lines[4]).toMatch(/^— sealer\.example [A-Za-z0-9+/]+=*$/);
  expect(openCheckpoint(note, key.publicKey)).toEqual(checkpoint);
});

test('one changed character anywhere does not open', () => {
  for (let at = 0; at < note.length; at += 1) {
    for (const other of ['x', '0', '\n', '=']) {
      const changed = note.slice(0, at) + other + note.slice(at + 1);
      if (changed !== note) expect(() => openCheckpoint(changed, key.publicKey)).toThrow(/checkpoint/);
    }
  }
});

test('the same words signed by another key do not open', () => {
  const other = signCheckpoint(checkpoint, { name: sealer.name, ...generateKeyPair() });
  expect(() => openCheckpoint(other, key.publicKey)).toThrow(
    'signed by another key (it says "sealer.example")',
  );
});

test('notes are found in a file, also after a line that was cut off', () => {
  const second = signCheckpoint({ ...checkpoint, size: 43 }, sealer);
  expect(notesIn(`${note}\n${note.slice(0, 30)}\n${second}\n`)).toEqual([note, second]);
  expect(notesIn('')).toEqual([]);
});
