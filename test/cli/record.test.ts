import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '../../activities/kit/index.ts';
import { generateKeyPair } from '../../ledger/keys.ts';
import { signCheckpoint } from '../../ledger/record/checkpoint.ts';
import { nightshift } from './command-line.ts';

// A log of one entry: its root is the entry's own hash (RFC 6962), so that the bundle can be written out here.
const leaf = canonicalJson({
  deployment: 'test',
  entry: 1,
  workflowId: 'a/1',
  kind: 'run-received',
  at: '2026-11-21T02:47:00Z',
  facts: { title: 'A run' },
});
const root = createHash('sha256').update('\0').update(leaf).digest();
const key = generateKeyPair();
const note = signCheckpoint(
  { origin: 'nightshift/test', size: 1, root },
  { name: 'nightshift/test', privateKey: key.privateKey, publicKey: key.publicKey },
);
const bundle = {
  format: 'nightshift/record/v1',
  deployment: 'test',
  workflowId: 'a/1',
  checkpoint: note,
  entries: [{ index: 0, leaf, proof: [] }],
  earlier: [],
};

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-record-'));
  await writeFile(at('record.json'), JSON.stringify(bundle));
  const changed = { ...bundle, entries: [{ ...bundle.entries[0], leaf: leaf.replace('A run', 'B run') }] };
  await writeFile(at('changed.json'), JSON.stringify(changed));
  await writeFile(at('key.pub'), key.publicKeyPem);
  await writeFile(at('witness'), `${note}\n`);
});
afterAll(() => rm(folder, { recursive: true }));
const against = () => ['--key', at('key.pub'), '--witness', at('witness'), '--allow-unsealed'];

test('a record verifies from three files, without a gateway', async () => {
  const { code, out, err } = await nightshift(['record', 'verify', at('record.json'), ...against()]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('✔ The record verifies');
});

test('a changed entry is named, with an exit code of its own', async () => {
  const { code, out, err } = await nightshift(['record', 'verify', at('changed.json'), ...against()]);
  expect({ code, out }).toEqual({ code: 7, out: '' });
  expect(err).toContain('log entry 0 (run-received): it was changed');
});

test('a run that has not ended does not verify unless that is allowed', async () => {
  const { code, err } = await nightshift(['record', 'verify', at('record.json'), ...against().slice(0, -1)]);
  expect(code).toBe(7);
  expect(err).toContain('has no seal');
});

test('without a key it says what to pass', async () => {
  const { code, err } = await nightshift(['record', 'verify', at('record.json')]);
  expect(code).toBe(2);
  expect(err).toContain('--key is missing');
});

test('an exported record is shown without a gateway; another file is not', async () => {
  const shown = await nightshift(['record', 'show', '--file', at('record.json')]);
  expect(shown.out).toContain('run-received');
  expect(shown.out).toContain('title: A run');
  expect((await nightshift(['record', 'show', '--file', at('witness')])).code).toBe(2);
});

test('export takes a run or the whole log, and one of the two', async () => {
  for (const args of [[], ['a/1', '--log']]) {
    const { code, err } = await nightshift(['record', 'export', ...args]);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('name a run, or pass --log') });
  }
});
