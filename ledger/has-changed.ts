import { sql } from 'kysely';

/**
 * Whether a row of `runs` has begun a change of risk `reversible` or above, itself or by a run that it started: what
 * such a run changes is this one's doing.
 */
export const hasChanged = sql<boolean>`exists (
  with recursive line as (
    select r.workflow_id, r.changed_at from runs r where r.workflow_id = runs.workflow_id
    union all
    select r.workflow_id, r.changed_at from runs r join line on r.trigger ->> 'run' = line.workflow_id
  ) select from line where changed_at is not null)`;
