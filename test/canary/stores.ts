/** Where secrets must not be, and how they are looked for. */
import { expect } from '@jest/globals';
import type { Client } from '@temporalio/client';
import pg from 'pg';

/** Every row of every table, as text. */
export async function tablesOf(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    expect(rows.length).toBeGreaterThan(20);
    const texts: string[] = [];
    for (const { name } of rows) {
      const found = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      texts.push(...found.rows.map(({ row }) => row));
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}

/** Every history of the client's namespace, with its payloads as text. */
export async function historiesOf(temporal: Client): Promise<string> {
  const texts: string[] = [];
  for await (const { workflowId, runId } of temporal.workflow.list()) {
    const history = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    texts.push(
      JSON.stringify(history, (_, value: unknown) =>
        value instanceof Uint8Array || (value as { type?: string } | null)?.type === 'Buffer'
          ? Buffer.from(value as Uint8Array).toString('latin1')
          : value,
      ),
    );
  }
  expect(texts.length).toBeGreaterThan(0);
  return texts.join('\n');
}

/** Which of these secrets stand in which of these texts, as they are, in hexadecimal digits or in base64. */
export function foundIn(
  planted: ReadonlyMap<string, string>,
  places: Readonly<Record<string, string>>,
): string[] {
  return [...planted].flatMap(([place, value]) => {
    const bytes = Buffer.from(value.replace(/^.*\//, ''));
    const forms = [
      bytes.toString(),
      bytes.toString('hex'),
      bytes.toString('base64').replace(/=+$/, '').slice(0, -2),
    ];
    return Object.entries(places).flatMap(([where, text]) =>
      forms.some((form) => text.includes(form)) ? [`${place} in ${where}`] : [],
    );
  });
}
