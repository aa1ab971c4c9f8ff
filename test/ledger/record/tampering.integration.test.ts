/** A database administrator at work: SQL past the ledger, with everything recomputed that can be without the sealer's key. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Ledger } from '../../../ledger/api.ts';
import { createLedger } from '../../../ledger/create-ledger.ts';
import { generateKeyPair } from '../../../ledger/keys.ts';
import { verifyLog, verifyRecord } from '../../../ledger/record/verify.ts';
import { WitnessRefused } from '../../../ledger/record/witness.ts';
import { grow, leafHash, type Nodes } from '../../../ledger/record/merkle.ts';
import { notesIn } from '../../../ledger/record/checkpoint.ts';
import { aRun, createDeployment, type TestDeployment } from '../deployment.ts';

let deployment: TestDeployment;
let ledger: Ledger;
let runs: string[];
beforeEach(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
  runs = [];
  for (let i = 0; i < 3; i += 1) {
    const workflowId = await aRun(ledger);
    await ledger.sealRun({ workflowId, outcome: 'completed', result: null, journal: [] });
    await ledger.seal();
    runs.push(workflowId);
  }
});
afterEach(() => deployment.end());

const proof = async () => ({
  publicKeyPem: deployment.key.publicKeyPem,
  witnessed: await deployment.witnessed(),
});
const log = async () => verifyLog({ log: await ledger.exportLog(), ...(await proof()) });
const record = async (workflowId: string) =>
  verifyRecord({ bundle: await ledger.exportRecord(workflowId), ...(await proof()) });

/** Computes the whole tree anew over what is in the table now. */
async function recomputeTree(): Promise<number> {
  const rows = await deployment.sql<{ leaf: string }>(
    'select leaf from record_entries where leaf is not null order by leaf_index',
  );
  const nodes = new Map<string, Buffer>();
  const get: Nodes = ({ level, index }) => nodes.get(`${level}/${index}`)!;
  const leaves = rows.map((row) => leafHash(row.leaf));
  for (const { level, index, hash } of grow(0, leaves, get)) nodes.set(`${level}/${index}`, hash);
  await deployment.sql('delete from log_nodes');
  for (const [name, hash] of nodes) {
    const [level, index] = name.split('/').map(Number);
    await deployment.sql('insert into log_nodes values ($1, $2, $3)', [level, index, hash]);
  }
  return rows.length;
}

const rewrite = (workflowId: string) =>
  deployment.sql(
    `update record_entries set leaf = replace(leaf, '"completed"', '"handed-over"')
     where workflow_id = $1 and kind = 'run-ended'`,
    [workflowId],
  );

test('nothing touched: all of it verifies', async () => {
  expect(await log()).toMatchObject({ ok: true, summary: { size: 9, witnessed: { size: 9 } } });
  for (const run of runs) expect(await record(run)).toMatchObject({ ok: true });
});

test('an entry rewritten: named by the record and by the log', async () => {
  await rewrite(runs[1]!);
  expect(await record(runs[1]!)).toMatchObject({ ok: false, entry: 'log entry 4 (run-ended)' });
  expect(await log()).toMatchObject({ ok: false, entry: 'log entry 4 (run-ended)' });
  expect(await record(runs[0]!)).toMatchObject({ ok: true });
});

test('an entry rewritten and every hash after it recomputed: the signed checkpoint does not fit', async () => {
  await rewrite(runs[1]!);
  await recomputeTree();
  expect(await record(runs[1]!)).toMatchObject({ ok: false });
  expect(await log()).toMatchObject({
    ok: false,
    message: expect.stringContaining(
      'the entries from 3 to 5 do not add up to the witnessed checkpoint of 6',
    ),
  });
  await aRun(ledger);
  await expect(ledger.seal()).rejects.toThrow(WitnessRefused);
});

test('everything recomputed and signed anew with another key: the key is not the one', async () => {
  await rewrite(runs[1]!);
  await recomputeTree();
  await deployment.sql('delete from checkpoints');
  const forger = generateKeyPair();
  const forged = await createLedger({
    ...deployment.options,
    sealer: { name: 'test-sealer', privateKeyPem: forger.privateKeyPem },
    witness: undefined,
  });
  await forged.seal();
  await forged.close();
  expect(await record(runs[1]!)).toMatchObject({
    ok: false,
    message: expect.stringContaining('signed by another key'),
  });
  expect(await log()).toMatchObject({ ok: false, message: expect.stringContaining('signed by another key') });
});

test('even with the sealer’s own key, a rewritten log is not the one that was witnessed', async () => {
  await rewrite(runs[1]!);
  await recomputeTree();
  await deployment.sql('delete from checkpoints');
  const captured = await createLedger({ ...deployment.options, witness: undefined });
  await captured.seal();
  await captured.close();
  expect(await record(runs[1]!)).toMatchObject({ ok: false, entry: 'entry 2 of the run (run-ended)' });
  expect(await record(runs[0]!)).toMatchObject({
    ok: false,
    message: 'the log is another one than was witnessed: they differ within the first 9 entries',
  });
  expect(await log()).toMatchObject({
    ok: false,
    message: expect.stringContaining('the witnessed checkpoint of 6'),
  });
});

test('a run’s entries deleted: the log says which are gone', async () => {
  await deployment.sql('delete from record_entries where workflow_id = $1', [runs[1]]);
  expect(await log()).toMatchObject({ ok: false, entry: 'log entry 3' });
  await expect(ledger.exportRecord(runs[1]!)).rejects.toThrow('has no entry of a run');
  expect(await record(runs[2]!)).toMatchObject({ ok: true });
});

test('a run removed and the log closed up behind it: shorter than what was witnessed, and other', async () => {
  await deployment.sql('delete from record_entries where workflow_id = $1', [runs[1]]);
  await deployment.sql('update record_entries set leaf_index = leaf_index - 3 where leaf_index > 5');
  await recomputeTree();
  await deployment.sql('delete from checkpoints where size > 6');
  expect(await log()).toMatchObject({
    ok: false,
    message: expect.stringContaining('the witnessed checkpoint of 6'),
  });
  expect(await record(runs[2]!)).toMatchObject({ ok: false, entry: 'log entry 3 (run-received)' });
});

test('one entry of a run deleted: the run’s seal lists it', async () => {
  await deployment.sql(`delete from record_entries where workflow_id = $1 and kind = 'run-ended'`, [runs[1]]);
  expect(await record(runs[1]!)).toMatchObject({ ok: false, entry: 'entry 2 of the run (run-ended)' });
});

test('the tail dropped, down to an earlier true checkpoint: the witness has seen more', async () => {
  await deployment.sql('delete from record_entries where leaf_index >= 6');
  await deployment.sql('delete from log_nodes where (index + 1) * (2 ^ level) > 6');
  await deployment.sql('delete from checkpoints where size > 6');
  expect(await log()).toMatchObject({
    ok: false,
    message: 'the log had 9 entries when it was last witnessed and has 6 now: its tail was dropped',
  });
  const { publicKeyPem, witnessed } = await proof();
  const newest = notesIn(witnessed).at(-1)!;
  const bundle = await ledger.exportRecord(runs[0]!);
  expect(verifyRecord({ bundle, publicKeyPem, witnessed: newest })).toMatchObject({
    ok: false,
    message: expect.stringContaining('the log had 9 entries when it was witnessed and has 6 in this bundle'),
  });
  await aRun(ledger);
  await expect(ledger.seal()).rejects.toThrow('its tail is gone');
});

test('a decision changed in its own table does not change the record', async () => {
  const workflowId = await aRun(ledger);
  const signed = { statement: '{"nonce":"n"}', signature: '', keyId: '' };
  await ledger.receiveDecision({
    id: 'd1',
    workflowId,
    questionId: 'q',
    signed,
    person: 'ada',
    answer: 'no',
    reason: '',
  });
  await ledger.sealRun({ workflowId, outcome: 'rejected', result: null, journal: [] });
  await ledger.seal();
  await deployment.sql(`update decisions set answer = 'yes'`);
  const text = JSON.stringify(await ledger.exportRecord(workflowId));
  expect(text).toContain('\\"answer\\":\\"no\\"');
  expect(await record(workflowId)).toMatchObject({ ok: true });
});

test('a second log under the same witness is refused', async () => {
  const other = await deployment.open({ deployment: 'other' });
  await aRun(other);
  await expect(other.seal()).rejects.toThrow('this witness keeps the log nightshift/test');
});
