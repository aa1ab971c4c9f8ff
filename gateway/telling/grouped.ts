/** Which messages become one: nobody reads forty of them at night, and a storm of alerts asks as often. Pure. */
import type { MessageRow } from '../../ledger/telling.ts';

export type Group = readonly [MessageRow, ...MessageRow[]];

/** What somebody has to act on. */
export const URGENT = ['question', 'reminder', 'escalation', 'failure'];
/** So many of one run that can wait become one message. */
const GATHERED_FROM = 5;
/** So many runs at once are a storm: one message lists them. */
const STORM_FROM = 10;
/** What a chat room shows of one message, and one reads. */
const LONGEST_LIST = 40;

/** Of one channel, those that are due: the urgent ones first. */
export function grouped(due: readonly MessageRow[]): Group[] {
  const [patient = [], urgent = []] = [false, true].map((is) =>
    due.filter(({ kind }) => URGENT.includes(kind) === is),
  );
  return [...listed(urgent, alone), ...listed(patient, byRun)];
}

function listed(rows: readonly MessageRow[], otherwise: (rows: readonly MessageRow[]) => Group[]): Group[] {
  const runs = new Set(rows.map(({ workflowId }) => workflowId));
  return runs.size >= STORM_FROM ? inLists(rows) : otherwise(rows);
}

function alone(rows: readonly MessageRow[]): Group[] {
  return rows.map((row): Group => [row]);
}

function byRun(rows: readonly MessageRow[]): Group[] {
  return [...Map.groupBy(rows, ({ workflowId }) => workflowId).values()].flatMap((of) =>
    of.length >= GATHERED_FROM ? inLists(of) : alone(of),
  );
}

function inLists(rows: readonly MessageRow[]): Group[] {
  const lists: Group[] = [];
  for (let from = 0; from < rows.length; from += LONGEST_LIST)
    lists.push(rows.slice(from, from + LONGEST_LIST) as unknown as Group);
  return lists;
}
