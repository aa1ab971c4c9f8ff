import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert, IntentRequest, Ledger, TriggerMatch } from '../../ledger/api.ts';
import type { Trigger } from '../../workflows/messages.ts';
import { createLedger, type LedgerOptions } from '../../ledger/create-ledger.ts';
import { generateKeyPair, type KeyPair } from '../../ledger/keys.ts';
import { createFileWitness } from '../../ledger/record/file-witness.ts';
import { createDatabase, inDatabase } from '../setup/database.ts';

/** A real database on a machine that may be busy: no test of it is judged by the clock. */

/** A deployment of the test's own: a database, a sealer's key, a witness; and a way in past the ledger. */
export interface TestDeployment {
  readonly options: LedgerOptions & { readonly sealer: { privateKeyPem: string; name: string } };
  readonly key: KeyPair;
  /** Another process, as far as the database can tell. */
  open(changes?: Partial<LedgerOptions>): Promise<Ledger>;
  witnessed(): Promise<string>;
  /** SQL as a database administrator would send it. */
  sql<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  end(): Promise<void>;
}

export async function createDeployment(): Promise<TestDeployment> {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-ledger-'));
  const database = await createDatabase();
  const key = generateKeyPair();
  const file = join(folder, 'witness.txt');
  const options = {
    databaseUrl: database.url,
    deployment: 'test',
    sealer: { privateKeyPem: key.privateKeyPem, name: 'test-sealer' },
    witness: createFileWitness({ file, publicKeyPem: key.publicKeyPem }),
  };
  const opened: Ledger[] = [];
  return {
    options,
    key,
    open: async (changes = {}) => {
      const ledger = await createLedger({ ...options, ...changes });
      opened.push(ledger);
      return ledger;
    },
    witnessed: () => readFile(file, 'utf8'),
    sql: (text, values) =>
      inDatabase(database.url, async (db) => {
        await db.query('set search_path = nightshift_test');
        return (await db.query(text, values)).rows as never;
      }),
    end: async () => {
      await Promise.all(opened.map((ledger) => ledger.close()));
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}

let number = 0;
/** A word that no other test of this process has used. */
export const fresh = (word: string): string => `${word}-${(number += 1)}`;

export const anAlert = (changes: Partial<Alert> = {}): Alert => ({
  source: 'alertmanager',
  fingerprint: fresh('fingerprint'),
  status: 'firing',
  name: 'HighErrorRate',
  severity: 'page',
  labels: { service: 'payments' },
  annotations: { summary: 'it burns' },
  startedAt: '2026-11-21T02:47:00.000Z',
  authenticated: true,
  raw: { receiver: 'nightshift' },
  ...changes,
});

export const aMatch = (changes: Partial<TriggerMatch> = {}): TriggerMatch => ({
  runbook: 'pods-crash-on-one-node',
  title: 'Pods crash',
  input: { namespace: 'payments' },
  correlationKey: fresh('payments'),
  onRepeat: 'join',
  whenAlertResolves: 'stop-before-first-change',
  ...changes,
});

/** A run that a person asked for; answers its workflow id. */
export async function aRun(
  ledger: Ledger,
  changes: { runbook?: string; correlationKey?: string; dryRun?: boolean; trigger?: Trigger } = {},
): Promise<string> {
  const { workflowId } = await ledger.requestRun({
    runbook: 'restart-service',
    title: 'Restart a service',
    input: { host: 'worker-3' },
    correlationKey: fresh('key'),
    trigger: { kind: 'person', source: 'cli', authenticated: true, person: 'ada' },
    dryRun: false,
    requestId: fresh('request'),
    ...changes,
  });
  return workflowId;
}

type AskedIntent = IntentRequest & { readonly requestedAt: string };

export function anIntent(
  workflowId: string,
  { risk = 'reversible', ...changes }: Partial<AskedIntent> & { risk?: IntentRequest['change']['risk'] } = {},
): AskedIntent {
  return {
    workflowId,
    plan: 1,
    position: { kind: 'change', index: 0 },
    change: {
      step: 'kubernetes.cordonNode',
      version: 1,
      input: { node: 'worker-3' },
      target: fresh('node/worker'),
      summary: 'Cordon worker-3',
      risk,
      diff: [{ path: 'spec.unschedulable', before: null, after: true }],
      preconditions: { uid: 'u1' },
      preimage: {},
      dryRun: 'server',
      warnings: [],
    },
    changeHash: 'change-hash',
    planHash: 'plan-hash',
    grant: { kind: 'decision', by: ['ada'], questionId: 'q1', expiresAt: inMinutes(5) },
    cluster: 'lab',
    requestedAt: aMoment(),
    timeoutMs: 60_000,
    worker: 'worker-a',
    ...changes,
  };
}

let latest = 0;
/** When a run makes a request: later than every one before. */
const aMoment = (): string => new Date((latest = Math.max(Date.now(), latest + 1))).toISOString();
/** The same asked for once more, as a run does after a failure. */
export const again = (intent: IntentRequest): AskedIntent => ({ ...intent, requestedAt: aMoment() });

export const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
