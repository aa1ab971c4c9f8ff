/**
 * A ticket as a Markdown file. Each entry carries the operation that wrote it in a comment, so that the same operation
 * is found again and never written twice. The file is replaced in one step: a reader sees the old one or the new one.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StepFailure } from '../kit/index.ts';
import { operationMark, withoutMarks } from './marks.ts';

export interface TicketEntry {
  readonly ticket: string;
  readonly operation: string;
  readonly at: Date;
  /** Markdown. */
  readonly body: string;
  /** Of the heading, when the file is new. */
  readonly title: string;
  readonly labels: readonly string[];
}

/** The files of one folder. Throws StepFailure. */
export class TicketFolder {
  readonly #folder: string;
  /** Writers of this process take turns on a file. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  fileOf(ticket: string): string {
    return `${ticket}.md`;
  }

  async exists(ticket: string): Promise<boolean> {
    return (await this.#read(ticket)) !== undefined;
  }

  async has(ticket: string, operation: string): Promise<boolean> {
    return (await this.#read(ticket))?.includes(operationMark(operation)) ?? false;
  }

  /** Adds an entry, making the file where there is none. False when the entry was there already. */
  write(entry: TicketEntry): Promise<boolean> {
    const before = this.#turns.get(entry.ticket) ?? Promise.resolve();
    const turn = before.then(() => this.#write(entry));
    const settled = turn.catch(() => undefined);
    this.#turns.set(entry.ticket, settled);
    void settled.then(() => {
      if (this.#turns.get(entry.ticket) === settled) this.#turns.delete(entry.ticket);
    });
    return turn;
  }

  async #write(entry: TicketEntry): Promise<boolean> {
    const present = await this.#read(entry.ticket);
    if (present?.includes(operationMark(entry.operation))) return false;
    const text =
      present === undefined ? `${heading(entry)}\n${section(entry)}` : `${present}\n---\n\n${section(entry)}`;
    await this.#replace(entry.ticket, text);
    return true;
  }

  async #read(ticket: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.#folder, this.fileOf(ticket)), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw failure(error, 'read');
    }
  }

  async #replace(ticket: string, text: string): Promise<void> {
    const path = join(this.#folder, this.fileOf(ticket));
    const draft = `${path}.${randomUUID()}.tmp`;
    try {
      await mkdir(this.#folder, { recursive: true });
      const file = await open(draft, 'wx', 0o644);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw failure(error, 'written');
    }
  }
}

function heading({ ticket, title, labels, at }: TicketEntry): string {
  return [
    '---',
    `ticket: ${ticket}`,
    `title: ${JSON.stringify(title)}`,
    `opened: ${at.toISOString()}`,
    `labels: ${JSON.stringify(labels)}`,
    '---',
    '',
    `# ${oneLine(title)}`,
    '',
  ].join('\n');
}

function section({ operation, body, at }: TicketEntry): string {
  const text = withoutMarks(body).trimEnd();
  return `${operationMark(operation)}\n*${at.toISOString()}*\n\n${text}\n`;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

function failure(error: unknown, what: 'read' | 'written'): StepFailure {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const kind = code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? 'refused' : 'retryable';
  return new StepFailure(kind, `the ticket's file cannot be ${what} (${code})`, {
    next: 'Look at the ticket folder in the configuration: it must be a directory that the worker may write.',
    cause: error,
    facts: { code },
  });
}
