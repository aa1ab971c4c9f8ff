import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { MAX_ARTEFACT_BYTES } from '../../activities/kit/index.ts';
import type { Ledger } from '../../ledger/api.ts';
import { aMatch, anAlert, createDeployment, type TestDeployment } from './deployment.ts';

let deployment: TestDeployment;
let ledger: Ledger;
beforeAll(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
});
afterAll(() => deployment.end());

const newRun = async () => (await ledger.receiveAlert(anAlert(), [aMatch()])).runs[0]!.workflowId;
const file = (workflowId: string, content: Buffer, name = 'profile.bin') => ({
  ...{ workflowId, name, content, mediaType: 'application/octet-stream' as const },
});

test('the same bytes are kept once and found by each run that kept them, by no other', async () => {
  const [one, other, third] = [await newRun(), await newRun(), await newRun()];
  const content = Buffer.from([0, 255, 10, 13, 39]);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const ref = { name: 'profile.bin', sha256, mediaType: 'application/octet-stream', bytes: 5 };
  for (const run of [one, one, other]) expect(await ledger.keepArtefact(file(run, content))).toEqual(ref);
  expect(await ledger.artefacts(one)).toEqual([{ ...ref, keptAt: expect.stringMatching(/Z$/) }]);
  expect(await ledger.artefactContent(other, sha256)).toEqual(content);
  expect(await ledger.artefactContent(third, sha256)).toBeUndefined();
  expect(await deployment.sql('select sha256 from artefacts where sha256 = $1', [sha256])).toHaveLength(1);
});

test('what is too large, too many, or named like a path is refused; nothing of it is kept', async () => {
  const run = await newRun();
  const large = Buffer.alloc(MAX_ARTEFACT_BYTES + 1);
  await expect(ledger.keepArtefact(file(run, large))).rejects.toThrow(/at most 4194304 are kept/);
  await expect(ledger.keepArtefact(file(run, Buffer.of(1), '../etc/passwd'))).rejects.toThrow();
  expect(await ledger.artefacts(run)).toEqual([]);
  for (let i = 0; i < 100; i++) await ledger.keepArtefact(file(run, Buffer.from(`content ${i}`)));
  await expect(ledger.keepArtefact(file(run, Buffer.from('one more')))).rejects.toThrow(
    /100 artefacts already/,
  );
  expect(await ledger.artefacts(run)).toHaveLength(100);
});

test('bytes that were changed behind its back do not go in under the old hash', async () => {
  const run = await newRun();
  const { sha256 } = await ledger.keepArtefact(file(run, Buffer.from('as measured')));
  await expect(
    deployment.sql(`update artefacts set content = 'as wished' where sha256 = $1`, [sha256]),
  ).rejects.toThrow(/check constraint/);
});
