/** Whether the program on a host answers a key as it should; changes nothing there. */
import { commandLine } from '../ssh/command-line.ts';
import type { Connection } from '../ssh/connection.ts';
import { exec, type Ran } from '../ssh/exec.ts';
import { clockAheadMs, fieldsOf, parseAnswer } from '../program/answer.ts';

export interface SelfTest {
  /** The host's clock less ours, in milliseconds; 0 while the measurement allows that both agree. */
  readonly clockAheadMs: number;
  /** Programs that steps need and the host lacks. Only the steps that need them fail. */
  readonly missing: readonly string[];
  /** What has to be put right, each a sentence's half. */
  readonly problems: readonly string[];
}

export interface SelfTestOf {
  readonly host: string;
  readonly access: 'read' | 'change';
  readonly signal: AbortSignal;
}

const LIMIT_MS = 30_000;

/** Rejects with a StepFailure where the program does not answer: not installed, too old, not allowed by sudo. */
export async function selfTest(connection: Connection, asked: SelfTestOf): Promise<SelfTest> {
  const { host, access } = asked;
  const run = (...words: string[]) => ranOn(connection, asked, words);
  // Nothing is changed by any of it: an answer that is lost leaves nothing unknown.
  const read = parseAnswer({ host, effect: 'read' }, await run('read', 'within', '10', 'self-test'));
  const change = await run('change', 'self-test');
  return {
    clockAheadMs: clockAheadMs(read),
    missing: read.lines.flatMap((line) => /^missing=(.+)$/.exec(line)?.[1] ?? []),
    problems: [
      ...(fieldsOf(read.lines).allow === undefined
        ? []
        : ['host.allow allows nothing: it is empty, not owned by root, or others can write it']),
      ...(access === 'read' ? problemsOfReading(change) : problemsOfChanging(host, change)),
    ],
  };
}

const mayOnlyRead = ({ code, stderr }: Ran): boolean =>
  code === 64 && stderr.includes("this key may not do 'change'");

const problemsOfReading = (ran: Ran): string[] =>
  mayOnlyRead(ran) ? [] : ['the reading key is let through to changes'];

function problemsOfChanging(host: string, ran: Ran): string[] {
  if (mayOnlyRead(ran)) return ['the changing key may only read'];
  const { records } = fieldsOf(parseAnswer({ host, effect: 'read' }, ran).lines);
  return records === 'written'
    ? []
    : ['the records of operations cannot be written, so every change is refused there (is the disk full?)'];
}

function ranOn(connection: Connection, { host, signal }: SelfTestOf, words: readonly string[]): Promise<Ran> {
  const lease = { ...connection, release() {}, abandon() {}, narrow: () => false };
  return exec(lease, {
    host,
    line: commandLine(words),
    effect: 'read',
    limitMs: LIMIT_MS,
    maxBytes: 64 * 1024,
    signal,
  });
}
