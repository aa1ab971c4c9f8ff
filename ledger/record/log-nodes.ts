import { sql } from 'kysely';
import type { Queries } from '../database/context.ts';
import { LedgerRefused } from '../errors.ts';
import { nodesOf, type NodeName, type Nodes, type Range } from './merkle.ts';

/** The stored subtrees that these ranges are made of, in one query. */
export async function loadNodes(db: Queries, ranges: readonly Range[]): Promise<Nodes> {
  const names = new Map<string, NodeName>();
  for (const range of ranges) for (const name of nodesOf(range)) names.set(key(name), name);
  const wanted = [...names.values()];
  const { rows } = await sql<NodeName & { hash: Buffer }>`
    select n.level, n.index, n.hash
    from unnest(${wanted.map((n) => n.level)}::smallint[], ${wanted.map((n) => n.index)}::bigint[]) as w (level, index)
    join log_nodes n using (level, index)`.execute(db);
  const found = new Map(rows.map((row) => [key(row), row.hash]));
  return (name) => {
    const hash = found.get(key(name));
    if (hash === undefined) {
      throw new LedgerRefused(`the log's table has lost a hash (level ${name.level}, index ${name.index})`);
    }
    return hash;
  };
}

/** How many entries have their place in the log. */
export async function logSize(db: Queries): Promise<number> {
  const { size } = await db
    .selectFrom('log_nodes')
    .select((e) => sql<number>`coalesce(${e.fn.max('index')} + 1, 0)`.as('size'))
    .where('level', '=', 0)
    .executeTakeFirstOrThrow();
  return Number(size);
}

const key = ({ level, index }: NodeName): string => `${level}/${index}`;
