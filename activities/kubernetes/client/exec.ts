/**
 * Runs a command in a container over the API server's WebSocket. The library never answers when the socket drops, so
 * the socket's close is watched here; what was started runs on in the container after a cut connection.
 */
import { Writable } from 'node:stream';
import { Exec } from '@kubernetes/client-node';
import { z } from 'zod';
import { StepFailure } from '../../kit/index.ts';
import type { ApiClient } from './client.ts';
import { failureOfTransport, printable, type Request } from './failure.ts';
import { assertMaySend, type Limits } from './http.ts';
import {
  failureOfUpgrade,
  hasEnded,
  openWithFreshCredentials,
  withDeadline,
  withSafeSockets,
  type Socket,
} from './web-socket.ts';

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Bytes that were thrown away beyond the limit. */
  readonly dropped: number;
}

export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly argv: readonly string[];
  /** Bytes kept of each stream. */
  readonly limitBytes: number;
  /** False for a command that is known to change nothing: a cut connection is `retryable` then. */
  readonly writes: boolean;
}

/** More output than this ends the connection: a command that floods is not worth waiting for. */
const FLOOD = 16 * 1024 * 1024;

/** Throws `invalid` when the command cannot be started in that container. */
export async function execInContainer(
  api: ApiClient,
  command: ExecRequest,
  limits: Limits,
): Promise<ExecResult> {
  const request: Request = {
    server: api.server,
    verb: 'create',
    resource: 'pods/exec',
    namespace: command.namespace,
    name: command.pod,
    writes: command.writes,
  };
  assertMaySend(request, limits);
  const stdout = kept(command.limitBytes);
  const stderr = kept(command.limitBytes);
  const stopped = withDeadline(limits);
  let answer: unknown;
  let socket: Socket | undefined;
  const exec = new Exec(
    withSafeSockets(api.kubeConfig, { handshakeTimeout: api.requestTimeoutMs, signal: stopped.signal }),
  );
  const open = () =>
    exec.exec(
      command.namespace,
      command.pod,
      command.container,
      [...command.argv],
      stdout.stream,
      stderr.stream,
      null,
      false,
      (status: unknown) => (answer = status),
    ) as Promise<Socket>;
  const opening = openWithFreshCredentials(api, open, stopped.signal);
  try {
    socket = await Promise.race([opening, stopped.promise]);
    await Promise.race([closed(socket), flood([stdout, stderr]), stopped.promise]);
  } catch (error) {
    void opening.then((late) => late.terminate()).catch(() => undefined);
    if (!socket && !stopped.signal.aborted) throw failureOfUpgrade(request, error);
    throw failureOfTransport(request, error, { sent: true, timedOut: stopped.signal.aborted });
  } finally {
    stopped.clear();
    socket?.terminate();
  }
  if (answer === undefined)
    throw failureOfTransport(request, new Error('the connection was cut'), { sent: true });
  const { success, data: status } = Status.safeParse(answer);
  const exitCode = success ? exitCodeOf(status, command) : undefined;
  if (exitCode === undefined)
    throw failureOfTransport(request, new Error('how it ended was not said'), { sent: true });
  return {
    exitCode,
    stdout: stdout.text(),
    stderr: stderr.text(),
    dropped: stdout.dropped() + stderr.dropped(),
  };
}

const closed = (socket: Socket) =>
  new Promise<void>((resolve) => {
    if (hasEnded(socket)) resolve();
    socket.onclose = () => resolve();
    socket.onerror = () => resolve();
  });

function flood(streams: readonly { flooded: Promise<void> }[]): Promise<never> {
  return Promise.race(streams.map((s) => s.flooded)).then(() => {
    throw new Error(`the command wrote more than ${FLOOD} bytes`);
  });
}

function kept(limit: number) {
  const parts: Buffer[] = [];
  let size = 0;
  let dropped = 0;
  let tell = () => {};
  const flooded = new Promise<void>((resolve) => (tell = resolve));
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const part = chunk.subarray(0, Math.max(0, limit - size));
      if (part.length > 0) parts.push(part);
      size += part.length;
      dropped += chunk.length - part.length;
      if (dropped > FLOOD) tell();
      done();
    },
  });
  // What is written after the end is not waited for.
  stream.on('error', () => undefined);
  return { stream, flooded, text: () => Buffer.concat(parts).toString('utf8'), dropped: () => dropped };
}

/** As much of a `V1Status` as is looked at. */
const Status = z.object({
  status: z.string(),
  message: z.string().optional(),
  reason: z.string().optional(),
  details: z
    .object({
      causes: z.array(z.object({ reason: z.string().optional(), message: z.string().optional() })).nullish(),
    })
    .nullish(),
});

/** `Success` is 0; a command that ran and failed says its code; anything else could not be started. */
function exitCodeOf(
  { status, message, reason, details }: z.output<typeof Status>,
  { pod, container, argv }: ExecRequest,
): number | undefined {
  if (status === 'Success') return 0;
  const code = details?.causes?.find((cause) => cause.reason === 'ExitCode')?.message;
  if (code !== undefined) return /^\d{1,9}$/.test(code) ? Number(code) : undefined;
  const why = printable(message ?? reason ?? 'no reason given', 500);
  throw new StepFailure(
    'invalid',
    `${argv[0]} could not be started in container ${container} of ${pod}: ${why}`,
    {
      next: 'Check that the container runs and has that program.',
    },
  );
}
