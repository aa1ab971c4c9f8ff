/**
 * Runs a command in a container over the API server's WebSocket. The library never answers when the socket drops, so
 * the socket's close is watched here; what was started runs on in the container after a cut connection.
 */
import { Writable } from 'node:stream';
import { Exec, type V1Status } from '@kubernetes/client-node';
import { StepFailure } from '../../kit/index.ts';
import type { ApiClient } from './client.ts';
import { failureOfTransport, type Request } from './failure.ts';
import { assertMaySend, type Limits } from './http.ts';
import { failureOfUpgrade, withDeadline, withHandshakeLimit, type Socket } from './web-socket.ts';

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
  let status: V1Status | undefined;
  let socket: Socket | undefined;
  const exec = new Exec(withHandshakeLimit(api.kubeConfig, api.requestTimeoutMs));
  const opening = exec.exec(
    command.namespace,
    command.pod,
    command.container,
    [...command.argv],
    stdout.stream,
    stderr.stream,
    null,
    false,
    (answer) => (status = answer),
  ) as Promise<Socket>;
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
  if (!status) throw failureOfTransport(request, new Error('the connection was cut'), { sent: true });
  return {
    exitCode: exitCodeOf(status, command),
    stdout: stdout.text(),
    stderr: stderr.text(),
    dropped: stdout.dropped() + stderr.dropped(),
  };
}

const closed = (socket: Socket) =>
  new Promise<void>((resolve) => {
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
  return { stream, flooded, text: () => Buffer.concat(parts).toString('utf8'), dropped: () => dropped };
}

/** `Success` is 0; a command that ran and failed says its code; anything else could not be started. */
function exitCodeOf(status: V1Status, { pod, container, argv }: ExecRequest): number {
  if (status.status === 'Success') return 0;
  const code = status.details?.causes?.find((c) => c.reason === 'ExitCode')?.message;
  if (code !== undefined && Number.isInteger(Number(code))) return Number(code);
  throw new StepFailure(
    'invalid',
    `${argv[0]} could not be started in container ${container} of ${pod}: ${status.message ?? status.reason}`,
    {
      next: 'Check that the container runs and has that program.',
    },
  );
}
