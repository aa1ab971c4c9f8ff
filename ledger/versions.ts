/** What people decide about versions of the runbooks, written down before it is done. */
import type { Ledger, OrderOf, VersionDecision } from './api.ts';
import type { LedgerContext, Queries } from './database/context.ts';
import { LedgerRefused } from './errors.ts';
import { cancel, stop } from './orders.ts';
import { append } from './record/append.ts';

export function versionMethods(
  context: LedgerContext,
): Pick<Ledger, 'versionMadeCurrent' | 'versionsMadeCurrent' | 'retireVersion' | 'retiredVersions'> {
  const { db } = context;
  return {
    versionMadeCurrent: (bundle, order) =>
      db.transaction().execute(async (tx) => {
        const kept = await tx.selectFrom('bundles').select('id').where('id', '=', bundle).executeTakeFirst();
        if (!kept) throw new LedgerRefused(`the ledger keeps no version "${bundle}"; start a worker with it`);
        const retired = await retirementOf(tx, bundle);
        if (retired) throw new LedgerRefused(retiredText(retired));
        await decided(tx, { kind: 'current', bundle, order });
        await append(tx, [{ workflowId: '', kind: 'version-current', facts: { version: bundle, ...order } }]);
      }),

    versionsMadeCurrent: () => decisions(db, 'current'),

    retireVersion: ({ bundle, order, runs, become }) =>
      db.transaction().execute(async (tx) => {
        if (!(await retirementOf(tx, bundle))) await decided(tx, { kind: 'retired', bundle, order });
        await append(tx, [
          { workflowId: '', kind: 'version-retired', facts: { version: bundle, ...order, runs, become } },
        ]);
        const known = runs.length
          ? await tx
              .selectFrom('runs')
              .select('workflow_id')
              .where('workflow_id', 'in', [...runs])
              .execute()
          : [];
        const why = { by: order.by, reason: `version ${bundle} is retired: ${order.reason}` };
        for (const { workflow_id: workflowId } of known) {
          if (become === 'cancelled') await cancel({ context, tx, workflowId, order: why });
          else if (become === 'stopped') await stop({ context, tx, workflowId, order: why });
          else await append(tx, [{ workflowId, kind: 'run-moved', facts: { from: bundle, ...order } }]);
        }
      }),

    retiredVersions: async () => {
      const rows = await decisions(db, 'retired');
      return new Map(rows.map((decision) => [decision.bundle, decision]));
    },
  };
}

/** In words, with what to do next. */
export const retiredText = ({ bundle, by, reason }: VersionDecision): string =>
  `version ${bundle} was retired by ${by} (${reason}): it takes no new runs; deploy other code`;

const decisions = (db: Queries, kind: 'current' | 'retired'): Promise<VersionDecision[]> =>
  db
    .selectFrom('version_decisions')
    .select(['bundle', 'by', 'reason', 'at'])
    .where('kind', '=', kind)
    .orderBy('id')
    .execute();

async function decided(
  tx: Queries,
  { kind, bundle, order }: { kind: 'current' | 'retired'; bundle: string; order: OrderOf },
): Promise<void> {
  await tx
    .insertInto('version_decisions')
    .values({ kind, bundle, by: order.by, reason: order.reason })
    .execute();
}

function retirementOf(tx: Queries, bundle: string): Promise<VersionDecision | undefined> {
  return tx
    .selectFrom('version_decisions')
    .select(['bundle', 'by', 'reason', 'at'])
    .where('kind', '=', 'retired')
    .where('bundle', '=', bundle)
    .executeTakeFirst();
}
