import type { CallContext } from '../../kit/index.ts';
import { commandLine } from '../ssh/command-line.ts';
import type { Ssh } from '../ssh/ssh.ts';
import { parseAnswer, type Answer } from './answer.ts';

const MEGABYTE = 1024 * 1024;

export interface Question {
  readonly host: string;
  /** The verb and its words. */
  readonly words: readonly string[];
  /** What the host allows the verb itself, in seconds; less when the call's deadline is nearer. */
  readonly withinSeconds: number;
  readonly maxBytes?: number;
}

type Limits = Pick<CallContext, 'signal' | 'deadline' | 'caller'>;

/** Asks the program on the host to look. The host ends it by itself; the worker waits a little longer than that. */
export async function ask(
  ssh: Ssh,
  { host, words, withinSeconds, maxBytes = MEGABYTE }: Question,
  limits: Limits,
): Promise<Answer> {
  const left = limits.deadline.getTime() - Date.now();
  const seconds = Math.max(1, Math.min(withinSeconds, Math.floor(left / 1000) - 1));
  const ran = await ssh.run(host, commandLine(['read', 'within', String(seconds), ...words]), {
    ...limits,
    effect: 'read',
    limitMs: Math.max(1, Math.min((seconds + 7) * 1000, left)),
    maxBytes,
  });
  return parseAnswer({ host, effect: 'read' }, ran);
}

export interface Order {
  readonly host: string;
  readonly words: readonly string[];
  /** Nothing is sent to a host with another key. */
  readonly hostKey: string;
}

/** Tells the program on the host to change something. It refuses by itself once the operation has expired. */
export async function order(ssh: Ssh, { host, words, hostKey }: Order, limits: Limits): Promise<Answer> {
  const ran = await ssh.run(host, commandLine(['change', ...words]), {
    ...limits,
    effect: 'change',
    limitMs: Math.max(1, limits.deadline.getTime() - Date.now()),
    maxBytes: MEGABYTE,
    hostKey,
  });
  return parseAnswer({ host, effect: 'change' }, ran);
}
