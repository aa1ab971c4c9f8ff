import { Kysely, PostgresDialect, sql } from 'kysely';
import { alertHistoryMethods } from './alert-history.ts';
import { alertMethods } from './alerts.ts';
import type { Ledger } from './api.ts';
import { artefactMethods } from './artefacts.ts';
import { askingReminderMethods } from './asking-reminders.ts';
import { budgetMethods } from './budgets.ts';
import { bundleMethods } from './bundles.ts';
import type { LedgerContext } from './database/context.ts';
import { migrate, mustBeCurrent } from './database/migrate.ts';
import { connectionOptions, createPool } from './database/pool.ts';
import { schemaName } from './database/schema-name.ts';
import type { Database } from './database/tables.ts';
import { decisionMethods } from './decisions.ts';
import { delegationMethods } from './delegations.ts';
import { intentMethods } from './intents.ts';
import { leftoverMethods } from './leftovers.ts';
import { nextIdMethods } from './next-id.ts';
import { handsMethods } from './hands.ts';
import { incidentMethods } from './incidents.ts';
import { orderMethods } from './orders.ts';
import { questionMethods } from './questions.ts';
import { recordMethods } from './record/record-methods.ts';
import type { Witness } from './record/witness.ts';
import { reminderMethods } from './reminders.ts';
import { requestsSeenMethods } from './requests-seen.ts';
import { runMethods } from './runs.ts';
import { scheduleMethods } from './schedules.ts';
import { shadowMethods } from './shadow.ts';
import { signalMethods } from './signals.ts';
import { stopMethods } from './stop-button.ts';
import { storyMethods } from './stories.ts';
import { temporalHomeMethods } from './temporal-home.ts';
import { tellingMethods } from './telling.ts';
import { tokenMethods } from './tokens.ts';
import { unheardAlertMethods } from './unheard-alerts.ts';
import { listenForWork } from './work-notices.ts';
import { versionMethods } from './versions.ts';

export interface LedgerOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly databaseUrl: string;
  /** Names the deployment; its tables are in a schema of their own, so that one database can hold several. */
  readonly deployment: string;
  /** The sealer's Ed25519 key (PKCS #8, PEM) and its name in checkpoints. Without it this process cannot `seal`. */
  readonly sealer?: { readonly privateKeyPem: string; readonly name: string } | undefined;
  /** Is handed every checkpoint. */
  readonly witness?: Witness | undefined;
  /** Connections at most, 10 if not given. */
  readonly connections?: number | undefined;
  /**
   * `migrate`, the default: makes the schema where there is none and brings it to this version. `existing`: changes
   * nothing, and refuses (`LedgerRefused`) where there is no schema of this deployment or one of another version.
   */
  readonly schema?: 'migrate' | 'existing' | undefined;
}

/**
 * Connects, migrates, and answers with the ledger. Throws `LedgerUnavailable` when PostgreSQL does not answer, here and
 * in every method; the ledger needs no reconnecting afterwards.
 */
export async function createLedger(options: LedgerOptions): Promise<Ledger> {
  const { databaseUrl, deployment, connections = 10 } = options;
  const schema = schemaName(deployment);
  const connection = connectionOptions(databaseUrl, schema);
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool: createPool(connection, connections) }),
  });
  const context: LedgerContext = { db, deployment };
  let record: ReturnType<typeof recordMethods>;
  let identity: string;
  try {
    record = recordMethods(context, options);
    if (options.schema === 'existing') await mustBeCurrent(db, { deployment, schema });
    else await migrate(db, connection, schema);
    identity = await identityOf(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }

  const closing = new AbortController();
  const listening = new Set<Promise<void>>();
  return {
    deployment,
    identity,
    ...alertMethods(context),
    ...alertHistoryMethods(context),
    ...runMethods(context),
    ...shadowMethods(context),
    ...artefactMethods(context),
    ...nextIdMethods(context),
    ...scheduleMethods(context),
    ...signalMethods(context),
    ...unheardAlertMethods(context),
    ...questionMethods(context),
    ...decisionMethods(context),
    ...intentMethods(context),
    ...stopMethods(context),
    ...orderMethods(context),
    ...handsMethods(context),
    ...leftoverMethods(context),
    ...reminderMethods(context),
    ...askingReminderMethods(context),
    ...requestsSeenMethods(context),
    ...delegationMethods(context),
    ...tellingMethods(context),
    ...incidentMethods(context),
    ...storyMethods(context),
    ...tokenMethods(context),
    ...budgetMethods(context),
    ...bundleMethods(context),
    ...versionMethods(context),
    ...temporalHomeMethods(context),
    ...record,

    onWork: (onNotice) => {
      const ended = new AbortController();
      const signal = AbortSignal.any([closing.signal, ended.signal]);
      const loop = listenForWork({ connection, channel: schema, onNotice, signal });
      listening.add(loop);
      void loop.then(() => listening.delete(loop));
      return () => ended.abort();
    },

    ping: async () => {
      await sql`select 1`.execute(db);
    },

    close: async () => {
      closing.abort();
      await Promise.all(listening);
      await db.destroy();
    },
  };
}

async function identityOf(db: Kysely<Database>): Promise<string> {
  const { rows } = await sql<{ name: string }>`select name from identity`.execute(db);
  return rows[0]!.name;
}
