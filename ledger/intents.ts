/** Effects (promises 3 to 5): the database's functions decide; this file hands them what they need, one round trip each. */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { PlannedChange } from '../activities/kit/index.ts';
import type {
  BegunIntent,
  Closed,
  IntentRequest,
  IntentRow,
  Ledger,
  NewLeftover,
  RecordedByHand,
  ResultRow,
} from './api.ts';
import type { LedgerContext } from './database/context.ts';
import { LedgerUnavailable } from './errors.ts';
import { newId } from './identifiers.ts';

interface BegunRow {
  readonly state: BegunIntent['state'];
  readonly attempt: number;
  readonly deadline: string;
  readonly outcome: ResultRow['outcome'];
  readonly output: unknown;
  readonly why: Extract<BegunIntent, { state: 'refused' }>['why'];
  readonly message: string;
}

export function intentMethods({
  db,
}: LedgerContext): Pick<
  Ledger,
  | 'beginIntent'
  | 'finishIntent'
  | 'settleIntent'
  | 'withdrawRequest'
  | 'recordByHand'
  | 'attemptIsOpen'
  | 'intents'
> {
  return {
    beginIntent: async (request) => {
      const token = randomBytes(16).toString('hex');
      const begin = async (): Promise<BegunRow> => (await beginQuery(request, token).execute(db)).rows[0]!;
      return toBegunIntent(await onceMore(begin), token);
    },

    finishIntent: async ({ workflowId, plan, position, token, result, leaves }) => {
      const query = sql<EndedRow>`select * from finish_attempt(${workflowId}, ${plan}, ${position.kind},
        ${position.index}, ${token}, ${result.outcome}, ${json(result.output)}, ${result.message ?? null},
        ${result.settledBy}, ${left(leaves)})`;
      return onceMore(async () => closed((await query.execute(db)).rows[0]!));
    },

    settleIntent: async ({ workflowId, plan, position, attempt, result, skewMs, leaves }) => {
      const { rows } =
        await sql<EndedRow>`select * from settle_attempt(${workflowId}, ${plan}, ${position.kind},
        ${position.index}, ${attempt}, ${skewMs}, ${result.outcome}, ${json(result.output)}, ${result.message ?? null},
        ${result.settledBy}, ${left(leaves)})`.execute(db);
      return closed(rows[0]!);
    },

    withdrawRequest: async ({ workflowId, plan, position, requestedAt }) => {
      const { rows } = await sql<{ done: boolean }>`select withdraw_request(${workflowId}, ${plan},
        ${position.kind}, ${position.index}, ${requestedAt}::timestamptz) as done`.execute(db);
      return rows[0]!.done;
    },

    recordByHand: async (r) => {
      const { change, position } = r;
      const token = randomBytes(16).toString('hex');
      const { rows } = await sql<RecordedByHand>`select * from record_by_hand(${r.workflowId}, ${r.plan},
        ${position.kind}, ${position.index}, ${change.step}, ${change.target}, ${r.cluster}, ${change.risk},
        ${r.changeHash}, ${r.planHash}, ${JSON.stringify(change)}, ${r.worker}, ${token}, ${json(r.output)},
        ${`done by ${r.person}`}, ${left(r.leaves)}, ${JSON.stringify(factsOf(r))})`.execute(db);
      return rows[0]!;
    },

    attemptIsOpen: async ({ workflowId, plan, position, token }) => {
      const { rows } = await sql`select from attempts a
        join intents i using (workflow_id, plan, position_kind, position_index)
        join runs r using (workflow_id)
        where a.token = ${token} and workflow_id = ${workflowId} and plan = ${plan}
          and position_kind = ${position.kind} and position_index = ${position.index}
          and a.outcome is null and clock_timestamp() < a.deadline
          and exists (select from locks l where l.cluster = a.cluster and l.target = a.target
            and l.workflow_id = a.workflow_id and l.fence = a.fence)
          and (blocked(r, coalesce(i.change ->> 'cluster', i.cluster), i.risk, position_kind)).why is null`.execute(
        db,
      );
      return rows.length === 1;
    },

    intents: async (workflowId) => {
      const rows = await db
        .selectFrom('attempts as a')
        .innerJoin('intents as i', (join) =>
          join
            .onRef('i.workflow_id', '=', 'a.workflow_id')
            .onRef('i.plan', '=', 'a.plan')
            .onRef('i.position_kind', '=', 'a.position_kind')
            .onRef('i.position_index', '=', 'a.position_index'),
        )
        .selectAll('a')
        .select(['i.step', 'i.change_hash', 'i.change'])
        .where('a.workflow_id', '=', workflowId)
        .orderBy('a.begun_at')
        .execute();
      return rows.map((row): IntentRow => ({
        workflowId,
        plan: row.plan,
        position: { kind: row.position_kind, index: row.position_index },
        step: row.step,
        target: row.target,
        cluster: row.cluster,
        changeHash: row.change_hash,
        undo: (row.change as PlannedChange).undo,
        attempt: row.attempt,
        requestedAt: row.requested_at ?? undefined,
        begunAt: row.begun_at,
        deadline: row.deadline,
        result:
          row.outcome === null
            ? undefined
            : {
                outcome: row.outcome,
                output: row.output ?? undefined,
                message: row.message ?? undefined,
                settledBy: row.settled_by!,
                at: row.ended_at!,
              },
      }));
    },
  };
}

interface EndedRow {
  readonly done: boolean;
  readonly adopted: Exclude<Closed, false>['adopted'];
}
const closed = ({ done, adopted }: EndedRow): Closed => done && { adopted };

const left = (leaves: NewLeftover | undefined): string | null =>
  leaves === undefined ? null : JSON.stringify({ id: newId('left'), ...leaves });

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

/**
 * A connection that dies at COMMIT leaves open whether the transaction happened. These calls carry the attempt's token,
 * so asking once more, on a new connection, finds out: the row's lock makes the second wait for the first.
 */
async function onceMore<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof LedgerUnavailable)) throw error;
    return ask();
  }
}

function beginQuery(r: IntentRequest, token: string) {
  const { change, grant } = r;
  const grantId =
    grant.kind === 'decision'
      ? `decision ${grant.questionId ?? r.planHash}`
      : `policy ${grant.rule ?? ''} plan ${r.plan}`;
  return sql<BegunRow>`select * from begin_intent(${r.workflowId}, ${r.plan}, ${r.position.kind}, ${r.position.index},
    ${change.step}, ${change.target}, ${r.cluster}, ${change.risk}, ${r.changeHash}, ${r.planHash},
    ${JSON.stringify(change)}, ${grantId}, ${JSON.stringify(grant)}, ${grant.expiresAt}::timestamptz, ${r.timeoutMs},
    ${r.worker}, ${token}, ${JSON.stringify({ ...factsOf(r), grant })}, ${json(r.holds)},
    ${r.requestedAt ?? null}::timestamptz)`;
}

const factsOf = ({
  change,
  cluster,
  changeHash,
  planHash,
}: Omit<IntentRequest, 'grant' | 'timeoutMs' | 'requestedAt'>) => ({
  step: change.step,
  version: change.version,
  target: change.target,
  cluster: change.cluster ?? cluster,
  risk: change.risk,
  summary: change.summary,
  changeHash,
  planHash,
});

function toBegunIntent(row: BegunRow, token: string): BegunIntent {
  const { state, attempt, deadline } = row;
  switch (state) {
    case 'begun':
      return { state, attempt, token, deadline };
    case 'completed':
      return { state, outcome: row.outcome, output: row.output ?? undefined };
    case 'unknown':
      return { state, attempt, deadline };
    case 'refused':
      return { state, why: row.why, message: row.message };
  }
}
