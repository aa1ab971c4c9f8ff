/** Which messages become one: nobody reads forty of them at night, and a storm of alerts asks as often. Pure. */
import type { MessageRow } from '../../ledger/telling.ts';
import { bytesOf } from './shown.ts';
import { Telling } from './telling.ts';

export type Group = readonly [MessageRow, ...MessageRow[]];

/** What somebody has to act on. */
export const URGENT = ['question', 'reminder', 'escalation', 'failure'];
/** So many of one run that can wait become one message. */
const GATHERED_FROM = 5;
/** So many runs at once are a storm: one message lists them. */
const STORM_FROM = 10;
/** So many one reads. */
const LONGEST_LIST = 40;
/** Teams takes 28 KB, Slack 40,000 characters; with room for what they escape. */
const LARGEST_LIST_BYTES = 18 * 1024;

/** Of one channel, those that are due: the urgent ones first. */
export function grouped(
  due: readonly MessageRow[],
  isForItself: (row: MessageRow) => boolean = () => false,
): Group[] {
  const gathered = (rows: readonly MessageRow[], otherwise: (rows: readonly MessageRow[]) => Group[]) => [
    ...alone(rows.filter(isForItself)),
    ...listed(
      rows.filter((row) => !isForItself(row)),
      otherwise,
    ),
  ];
  const [patient = [], urgent = []] = [false, true].map((is) =>
    due.filter(({ kind }) => URGENT.includes(kind) === is),
  );
  return [...gathered(urgent, alone), ...gathered(patient, byRun)];
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
  const lists: [MessageRow, ...MessageRow[]][] = [];
  for (const row of rows) {
    const list = lists.at(-1);
    if (list && !isTooLong([...list, row])) list.push(row);
    else lists.push([row]);
  }
  return lists;
}

const isTooLong = (rows: readonly MessageRow[]): boolean =>
  rows.length > LONGEST_LIST ||
  bytesOf(rows.flatMap(({ message }) => Telling.safeParse(message).data ?? [])) > LARGEST_LIST_BYTES;
