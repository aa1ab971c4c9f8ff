import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { RunView } from '../../gateway/api/runs.ts';
import type { LocalGateway } from '../connect/local-gateway.ts';
import { renderMarkdown } from '../render/markdown.ts';
import { section } from '../render/headed.ts';
import { printableJson } from '../render/clean.ts';
import { wrap } from '../render/layout.ts';
import type { Screen } from '../render/screen.ts';

const Result = z.looseObject({ ticket: z.string().optional(), report: z.string().optional() });
const MOST_LINES = 60;

/** What the run leaves for people: the incident report, and where its ticket is. */
export async function reportLines(run: RunView, local: LocalGateway, screen: Screen): Promise<string[]> {
  const result = Result.safeParse(run.result);
  if (!result.success || (!result.data.report && !result.data.ticket)) {
    return run.result === undefined || run.result === null
      ? []
      : section('RESULT', wrap(printableJson(run.result), { width: screen.width, first: '  ' }), screen);
  }
  const { ticket, report } = result.data;
  const file = ticket && join(local.tickets, ticket);
  const markdown = report ?? (file ? await readFile(file, 'utf8').catch(() => '') : '');
  const lines = renderMarkdown(markdown, screen);
  return [
    ...section('INCIDENT REPORT', lines.slice(0, MOST_LINES), screen),
    ...(lines.length > MOST_LINES
      ? [screen.paint.dim(`  … ${lines.length - MOST_LINES} more lines in the ticket`)]
      : []),
    ...(file ? ['', `Ticket: ${file}`] : []),
  ];
}
