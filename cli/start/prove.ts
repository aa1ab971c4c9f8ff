import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type ApiClient } from '../../gateway/api-client.ts';
import { keyPairFromPem } from '../../ledger/keys.ts';
import { verifyRecord, type RecordSummary } from '../../ledger/record/verify.ts';
import type { LocalGateway } from '../connect/local-gateway.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';

export interface Proof {
  /** The exported record, the sealer's public key, and the witness's checkpoints: all that a verification needs. */
  readonly file: string;
  readonly keyFile: string;
  readonly witnessFile: string;
  readonly summary: RecordSummary;
}

/**
 * Exports the record of an ended run and verifies it offline, from files alone. The sealer works every few seconds:
 * until it has sealed and witnessed the run's last entry, the record is exported again.
 */
export async function prove(
  api: Pick<ApiClient, 'record'>,
  of: { local: LocalGateway; workflowId: string; withinMs: number; signal: AbortSignal },
): Promise<Proof> {
  const { local, workflowId } = of;
  const file = join(dirname(local.keysDir), 'records', `${workflowId.replace(/[^\w.-]+/g, '_')}.json`);
  const keyFile = join(local.keysDir, 'sealer.pub');
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const sealer = keyPairFromPem(await readFile(join(local.keysDir, 'sealer.pem'), 'utf8'));
  await writeFile(keyFile, sealer.publicKeyPem);
  const deadline = Date.now() + of.withinMs;
  for (;;) {
    const why = await attempt();
    if (typeof why !== 'string') return { file, keyFile, witnessFile: local.witness, summary: why };
    if (Date.now() > deadline) {
      throw new CliFailure(EXIT.recordDoesNotVerify, `the record of ${workflowId} does not verify: ${why}`, {
        next: `nightshift record verify ${file}`,
      });
    }
    await sleep(500, undefined, { signal: of.signal });
  }

  async function attempt(): Promise<RecordSummary | string> {
    try {
      const bundle = await api.record(workflowId);
      await writeFile(file, `${JSON.stringify(bundle, undefined, 2)}\n`);
    } catch (error) {
      // Nothing of it is sealed yet.
      if (error instanceof ApiError && error.code !== 'unreachable') return error.message;
      throw error;
    }
    const verified = verifyRecord({
      bundle: JSON.parse(await readFile(file, 'utf8')),
      publicKeyPem: await readFile(keyFile, 'utf8'),
      witnessed: await readFile(local.witness, 'utf8').catch(() => ''),
    });
    if (!verified.ok) return verified.message;
    const { witnessed } = verified.summary;
    return witnessed?.younger === 0 ? verified.summary : 'its last entries are not witnessed yet';
  }
}
