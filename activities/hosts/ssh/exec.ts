/** One command on one connection, from sending it to its end; sorts how it can fail into kinds. */
import type { ClientChannel } from 'ssh2';
import { StepFailure } from '../../kit/index.ts';
import { Output, type Cut } from './output.ts';
import type { Lease } from './pool.ts';

export interface Ran {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  /** Where `stdout` was cut off, which `more: 'cut'` allows; the command was stopped there when it was a read. */
  readonly cut?: Cut | undefined;
  /** At most 64 KiB; the rest is read and dropped. */
  readonly stderr: string;
  readonly hostKey: string;
  /** The worker's clock right before sending and right after the end, to measure the host's clock against. */
  readonly sentAt: number;
  readonly endedAt: number;
}

export interface Command {
  readonly host: string;
  readonly line: string;
  /** A change whose answer is lost has an unknown outcome; a read can be tried again. */
  readonly effect: 'read' | 'change';
  /** How long to wait for the end, above the limit that the host itself keeps. */
  readonly limitMs: number;
  readonly maxBytes: number;
  readonly maxLines?: number | undefined;
  readonly more?: 'refuse' | 'cut' | undefined;
  readonly held?: boolean | undefined;
  readonly signal: AbortSignal;
}

/** The server opens no further session on this connection; nothing was run. */
export class NoSession extends Error {
  override readonly name = 'NoSession';
}

const STDERR_BYTES = 64 * 1024;

/** Runs the command; rejects with a StepFailure, or with NoSession. Gives the lease back when the channel has closed. */
export function exec(lease: Lease, command: Command): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const { host, effect, limitMs, maxBytes, maxLines, more = 'refuse', held = false, signal } = command;
    const stdout = new Output({ maxBytes, maxLines });
    const stderr = new Output({ maxBytes: STDERR_BYTES });
    let settled = false;
    let closed = false;
    let channel: ClientChannel | undefined;
    let exit: { code: number | null; signal: string | null } | undefined;
    const sentAt = Date.now();

    const settle = (end: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', cancelled);
      end();
    };
    const giveUp = (failure: StepFailure) =>
      settle(() => {
        channel?.close();
        if (!closed) lease.abandon();
        reject(failure);
      });
    const lost = (what: string, next: string, cause?: unknown) =>
      effect === 'change'
        ? new StepFailure('unknown-outcome', `${what}; the command may have run`, {
            next: 'The host keeps a record of the operation; it says whether the change was made.',
            facts: { host },
            cause,
          })
        : new StepFailure('retryable', what, { next, facts: { host }, cause });
    const cancelled = () => giveUp(lost(`the call to ${host} ended before the host answered`, 'Try again.'));
    const timer = setTimeout(
      () =>
        giveUp(
          lost(
            `${host} did not finish the command within ${limitMs / 1000} s`,
            'The host ends it by itself. Is the host overloaded, or its disk hanging?',
          ),
        ),
      limitMs,
    );
    signal.addEventListener('abort', cancelled, { once: true });

    const ended = () => {
      closed = true;
      lease.release();
      if (exit) return settle(() => resolve({ ...exit!, ...collected() }));
      settle(() =>
        reject(lost(`the connection to ${host} was lost in the middle of the command`, 'Try again.')),
      );
    };
    const collected = () => ({
      stdout: stdout.text(),
      ...(stdout.cut && { cut: stdout.cut }),
      stderr: stderr.text(),
      hostKey: lease.hostKey,
      sentAt,
      endedAt: Date.now(),
    });
    const flooded = (cut: Cut) => {
      // A change is let run to its end, to learn how it ended; what it says beyond the limit is read and dropped.
      if (more === 'cut' && effect === 'change') return;
      if (more === 'cut') {
        return settle(() => {
          channel?.close();
          lease.abandon();
          resolve({ code: null, signal: null, ...collected() });
        });
      }
      giveUp(
        new StepFailure(
          effect === 'change' ? 'unknown-outcome' : 'invalid',
          `${host} sent more than ${cut === 'bytes' ? `${maxBytes} bytes` : `${maxLines} lines`} of output; it was stopped there`,
          { next: 'Ask for less: a shorter window or fewer lines.', facts: { host, maxBytes } },
        ),
      );
    };

    const opened = (error: Error | undefined, stream: ClientChannel) => {
      if (error) {
        closed = true;
        if (error.message.startsWith('(SSH) Channel open failure'))
          return settle(() => reject(new NoSession(error.message)));
        lease.release();
        const refused = error.message.startsWith('Unable to exec');
        return settle(() =>
          reject(
            refused
              ? new StepFailure('refused', `${host} does not run commands for this key`, {
                  cause: error,
                  facts: { host },
                })
              : lost(`the connection to ${host} was lost while the command was sent`, 'Try again.', error),
          ),
        );
      }
      channel = stream;
      stream.on('data', (chunk: Buffer) => {
        stdout.add(chunk);
        if (stdout.cut) flooded(stdout.cut);
      });
      stream.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
      stream.on('exit', (code: number | null, name?: string) => {
        exit = { code, signal: name ?? null };
      });
      stream.on('close', ended);
      if (!held) stream.end();
      if (settled) stream.close();
    };

    try {
      lease.client.exec(command.line, opened);
    } catch (cause) {
      // Thrown at once on a connection that has died: nothing was sent.
      closed = true;
      lease.abandon();
      settle(() =>
        reject(
          new StepFailure('retryable', `the connection to ${host} had died; nothing was sent`, {
            cause,
            facts: { host },
          }),
        ),
      );
    }
  });
}
