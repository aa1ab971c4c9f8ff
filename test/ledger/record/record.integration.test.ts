import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { journalIn } from '../../../cli/connect/run-journal.ts';
import { parseBundle } from '../../../cli/render/record.ts';
import type { Ledger } from '../../../ledger/api.ts';
import { generateKeyPair } from '../../../ledger/keys.ts';
import {
  verifyLog,
  verifyRecord,
  type RecordSummary,
  type Verification,
} from '../../../ledger/record/verify.ts';
import { notesIn, openCheckpoint } from '../../../ledger/record/checkpoint.ts';
import type { RecordBundle } from '../../../ledger/record/bundle.ts';
import type { JournalEntry } from '../../../workflows/messages.ts';
import { anIntent, aRun, createDeployment, type TestDeployment } from '../deployment.ts';

let deployment: TestDeployment;
let ledger: Ledger;
beforeAll(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
});
afterAll(() => deployment.end());

const line = (seq: number, text = 'looked around'): JournalEntry => ({
  seq,
  at: '2026-11-21T02:50:00.000Z',
  kind: 'note',
  name: 'note',
  text,
  status: 'ok',
});

/** A run that changed something and ended. */
async function anEndedRun(journal: readonly JournalEntry[] = [line(1)]): Promise<string> {
  const workflowId = await aRun(ledger);
  const intent = anIntent(workflowId);
  const begun = await ledger.beginIntent(intent);
  if (begun.state !== 'begun') throw new Error(begun.state);
  await ledger.finishIntent({
    ...intent,
    token: begun.token,
    result: { outcome: 'applied', settledBy: 'apply' },
  });
  await ledger.sealRun({ workflowId, outcome: 'completed', result: { moved: 3 }, journal });
  return workflowId;
}

const check = async (bundle: unknown): Promise<Verification<RecordSummary>> =>
  verifyRecord({
    bundle,
    publicKeyPem: deployment.key.publicKeyPem,
    witnessed: await deployment.witnessed(),
  });

test('the record of a run verifies with the bundle, the public key and the witness, nothing else', async () => {
  const workflowId = await anEndedRun();
  await ledger.seal();
  const bundle: unknown = JSON.parse(JSON.stringify(await ledger.exportRecord(workflowId)));
  const verdict = await check(bundle);
  expect(verdict).toEqual({
    ok: true,
    summary: {
      deployment: 'test',
      workflowId,
      keyId: deployment.key.keyId,
      logSize: expect.any(Number),
      entries: 6,
      sealed: true,
      outcome: 'completed',
      afterSeal: 0,
      witnessed: { size: expect.any(Number), younger: 0 },
    },
  });
  const kinds = (bundle as RecordBundle).entries.map((e) => (JSON.parse(e.leaf) as { kind: string }).kind);
  expect(kinds).toEqual(['run-received', 'intent', 'result', 'journal', 'run-ended', 'sealed']);
});

test('the journal that a record holds is the story that the ledger tells, lines too long for it cut', async () => {
  const journal = [line(1), line(2, 'x'.repeat(40_000)), line(3, 'y'.repeat(200_000)), line(4)];
  const workflowId = await anEndedRun(journal);
  await ledger.seal();
  const bundle: unknown = JSON.parse(JSON.stringify(await ledger.exportRecord(workflowId)));
  const read = journalIn(parseBundle(bundle));
  expect(read.map(({ seq, text }) => [seq, text.length])).toEqual([
    [1, journal[0]!.text.length],
    [2, 40_000],
    [3, 2_000],
    [4, journal[3]!.text.length],
  ]);
  expect(read).toEqual(await ledger.storyOf(workflowId));
});

test('several sealers at once give every entry one place, in the order of appending', async () => {
  const others = await Promise.all([deployment.open(), deployment.open(), deployment.open()]);
  const runs: string[] = [];
  const running = Array.from({ length: 8 }, async () => runs.push(await anEndedRun()));
  const sealing = others.map(async (other) => {
    for (let i = 0; i < 5; i += 1) await other.seal();
  });
  await Promise.all([...running, ...sealing]);
  const { size } = await ledger.seal();
  const log = await ledger.exportLog();
  const verdict = verifyLog({
    log,
    publicKeyPem: deployment.key.publicKeyPem,
    witnessed: await deployment.witnessed(),
  });
  expect(verdict).toMatchObject({ ok: true, summary: { size, witnessed: { size } } });
  for (const workflowId of runs)
    expect(await check(await ledger.exportRecord(workflowId))).toMatchObject({ ok: true });
});

test('a bundle stays good while the log grows, and a later one is proven to follow from an earlier witness', async () => {
  const first = await anEndedRun();
  await ledger.seal();
  const [early, witnessedEarly] = [
    await ledger.exportRecord(first),
    notesIn(await deployment.witnessed()).at(-1)!,
  ];
  await anEndedRun();
  await ledger.seal();
  expect(await check(early)).toMatchObject({ ok: true });
  const late = await ledger.exportRecord(first);
  const { publicKeyPem } = deployment.key;
  expect(verifyRecord({ bundle: late, publicKeyPem, witnessed: witnessedEarly })).toMatchObject({
    ok: true,
    summary: {
      witnessed: { size: openCheckpoint(witnessedEarly, deployment.key.publicKey).size, younger: 0 },
    },
  });
  const witnessedLate = notesIn(await deployment.witnessed()).at(-1)!;
  expect(verifyRecord({ bundle: early, publicKeyPem, witnessed: witnessedLate })).toMatchObject({
    ok: false,
    message: expect.stringContaining('its tail was dropped, or the bundle is old; export it again'),
  });
});

test('the same end twice is one sealing; another end is added; a late entry shows as late', async () => {
  const workflowId = await anEndedRun();
  const end = { workflowId, outcome: 'completed', result: { moved: 3 }, journal: [line(1)] } as const;
  await Promise.all([ledger.sealRun(end), ledger.sealRun(end)]);
  await ledger.recordRefusal({ workflowId, questionId: 'q1', why: 'too late', statement: '{}' });
  await ledger.seal();
  expect(await check(await ledger.exportRecord(workflowId))).toMatchObject({
    ok: true,
    summary: { entries: 7, afterSeal: 1 },
  });
  await ledger.sealRun({ ...end, outcome: 'aborted' });
  await ledger.seal();
  expect(await check(await ledger.exportRecord(workflowId))).toMatchObject({
    ok: true,
    summary: { entries: 10, afterSeal: 0, outcome: 'aborted' },
  });
  expect(await ledger.run(workflowId)).toMatchObject({ status: 'ended', outcome: 'aborted' });
});

test('the record of a run that has just ended is exported once its seal has its place in the log', async () => {
  const workflowId = await anEndedRun();
  const exported = ledger.exportRecord(workflowId);
  await ledger.seal();
  expect(await check(await exported)).toMatchObject({ ok: true, summary: { sealed: true } });
});

test('a long journal is kept in entries of bounded size, an overlong line by its beginning and hash', async () => {
  const LONG: Record<number, number> = { 7: 200_000, 9: 100_000 };
  const journal = Array.from({ length: 300 }, (_, i) => line(i, 'x'.repeat(LONG[i] ?? 1_000)));
  const workflowId = await anEndedRun(journal);
  await ledger.seal();
  const { entries } = (await ledger.exportRecord(workflowId)) as RecordBundle;
  expect(Math.max(...entries.map((e) => e.leaf.length))).toBeLessThan(140_000);
  const lines = entries
    .map(
      (e) =>
        JSON.parse(e.leaf) as { kind: string; facts: { lines: { seq: number; cut?: { bytes: number } }[] } },
    )
    .filter((leaf) => leaf.kind === 'journal')
    .flatMap((leaf) => leaf.facts.lines);
  expect(lines.map((l) => l.seq)).toEqual(journal.map((l) => l.seq));
  expect(lines.filter((l) => l.cut !== undefined)).toMatchObject([
    { seq: 7, cut: { bytes: expect.any(Number) } },
  ]);
});

test('a run that goes on has no seal: said, and let through only on request', async () => {
  const workflowId = await aRun(ledger);
  await ledger.seal();
  const bundle = await ledger.exportRecord(workflowId);
  expect(await check(bundle)).toMatchObject({ ok: false, message: expect.stringContaining('has no seal') });
  const { publicKeyPem } = deployment.key;
  expect(verifyRecord({ bundle, publicKeyPem, unsealed: 'allow' })).toMatchObject({
    ok: true,
    summary: { sealed: false },
  });
});

test('one changed byte anywhere in a bundle is detected, and in an entry it is named', async () => {
  const workflowId = await anEndedRun();
  await ledger.seal();
  const bundle = (await ledger.exportRecord(workflowId)) as RecordBundle;
  const text = JSON.stringify({ ...bundle, earlier: bundle.earlier.slice(0, 1) });
  const { publicKeyPem } = deployment.key;
  const leaves = bundle.entries.map(({ index, leaf }) => {
    const quoted = JSON.stringify(leaf);
    return { index, from: text.indexOf(quoted) + 1, to: text.indexOf(quoted) + quoted.length - 1 };
  });
  for (let at = 0; at < text.length; at += 1) {
    const changed = String.fromCharCode(text.charCodeAt(at) ^ (1 + (at % 7)));
    let altered: unknown;
    try {
      altered = JSON.parse(text.slice(0, at) + changed + text.slice(at + 1));
    } catch {
      continue;
    }
    const verdict = verifyRecord({ bundle: altered, publicKeyPem });
    if (verdict.ok) throw new Error(`the change of byte ${at} went unseen: ${text.slice(at - 40, at + 40)}`);
    const leaf = leaves.find(({ from, to }) => at >= from && at < to);
    if (leaf !== undefined) expect(verdict.entry).toMatch(new RegExp(`^log entry ${leaf.index}\\b`));
  }
});

test('an entry left out of a bundle is named, and so is a bundle of another run', async () => {
  const [workflowId, other] = [await anEndedRun(), await anEndedRun()];
  await ledger.seal();
  const bundle = (await ledger.exportRecord(workflowId)) as RecordBundle;
  const without = (i: number) => ({ ...bundle, entries: bundle.entries.filter((_, n) => n !== i) });
  expect(await check(without(1))).toMatchObject({ ok: false, entry: 'entry 2 of the run (intent)' });
  expect(await check(without(5))).toMatchObject({
    ok: false,
    message: expect.stringContaining('has no seal'),
  });
  expect(await check(without(0))).toMatchObject({ ok: false, entry: 'entry 1 of the run (run-received)' });
  expect(await check({ ...bundle, entries: [] })).toMatchObject({ ok: false });
  const foreign = (await ledger.exportRecord(other)) as RecordBundle;
  expect(await check({ ...bundle, entries: [...bundle.entries, ...foreign.entries] })).toMatchObject({
    ok: false,
    message: expect.stringContaining(`it belongs to the run ${other}`),
  });
  expect(await check({ ...bundle, entries: [...bundle.entries].reverse() })).toMatchObject({
    ok: false,
    message: expect.stringContaining('not in the order of the log'),
  });
});

test('a bundle that another key signed is refused, and so is a witness of another log', async () => {
  const workflowId = await anEndedRun();
  await ledger.seal();
  const bundle = await ledger.exportRecord(workflowId);
  expect(verifyRecord({ bundle, publicKeyPem: generateKeyPair().publicKeyPem })).toMatchObject({
    ok: false,
    message: expect.stringContaining('signed by another key'),
  });
  const { publicKeyPem } = deployment.key;
  expect(verifyRecord({ bundle, publicKeyPem, witnessed: 'hello' })).toMatchObject({
    ok: false,
    message: 'there is no checkpoint in what the witness handed over',
  });
});

test('a process without the sealing key appends and does not seal', async () => {
  const plain = await deployment.open({ sealer: undefined });
  const workflowId = await aRun(plain);
  await expect(plain.seal()).rejects.toThrow('this process has no sealing key');
  await expect(plain.exportRecord(workflowId)).rejects.toThrow(
    `the log has no entry of a run "${workflowId}"`,
  );
  await expect(
    deployment.open({ sealer: { name: 'with space', privateKeyPem: deployment.key.privateKeyPem } }),
  ).rejects.toThrow('cannot name the sealer');
});

test('who asks to seal while sealing is under way shares the next round, and finds what it appended', async () => {
  let asked = 0;
  const counting = {
    size: async () => {
      asked += 1;
      return 0;
    },
    add: async () => undefined,
  };
  const busy = await deployment.open({ witness: counting });
  const first = busy.seal();
  const workflowId = await anEndedRun();
  const rounds = await Promise.all(Array.from({ length: 20 }, () => busy.seal()));
  await first;
  expect(new Set(rounds).size).toBeLessThanOrEqual(2);
  expect(asked).toBeLessThanOrEqual(3);
  expect(await busy.exportRecord(workflowId)).toMatchObject({ workflowId });
});

test('a witness that was away is shown the newest checkpoint when it is back', async () => {
  const full = {
    size: () => Promise.reject(new Error('disk full')),
    add: () => Promise.reject(new Error('disk full')),
  };
  const unlucky = await deployment.open({ witness: full });
  await anEndedRun();
  await expect(unlucky.seal()).rejects.toThrow('disk full');
  const { sealed, size } = await ledger.seal();
  expect(sealed).toBe(0);
  const newest = openCheckpoint(notesIn(await deployment.witnessed()).at(-1)!, deployment.key.publicKey);
  expect(newest.size).toBe(size);
});

test('sources of the verification reach no database', async () => {
  for (const file of [
    'verify',
    'verify-record',
    'verify-log',
    'witnessed',
    'verification',
    'bundle',
    'merkle',
    'checkpoint',
    'leaf',
  ]) {
    const source = await readFile(new URL(`../../../ledger/record/${file}.ts`, import.meta.url), 'utf8');
    expect(source).not.toMatch(/from '(pg|kysely|node:net|node:http)'|database\//);
  }
});

test('how long entries wait to be sealed, and checkpoints for a witness that refuses, is known to who asks', async () => {
  await ledger.seal();
  expect(await ledger.recordBacklog()).toEqual({ unsealedMs: 0, unwitnessedMs: 0 });
  await aRun(ledger);
  expect(await ledger.recordBacklog()).toEqual({ unsealedMs: expect.any(Number), unwitnessedMs: 0 });
  expect((await ledger.recordBacklog()).unsealedMs).toBeGreaterThan(0);
  const refused = await deployment.open({
    witness: { size: async () => 0, add: () => Promise.reject(new Error('something was rewritten')) },
  });
  await expect(refused.seal()).rejects.toThrow('something was rewritten');
  const { unsealedMs, unwitnessedMs } = await ledger.recordBacklog();
  expect([unsealedMs, unwitnessedMs > 0]).toEqual([0, true]);
  await ledger.seal();
  expect(await ledger.recordBacklog()).toEqual({ unsealedMs: 0, unwitnessedMs: 0 });
});
