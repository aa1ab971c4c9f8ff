/**
 * One TCP connection to a port of a pod, as a stream, through the API server's WebSocket. The kubelet connects to
 * 127.0.0.1 inside the pod's network.
 */
import { Duplex, PassThrough, Writable } from 'node:stream';
import { PortForward } from '@kubernetes/client-node';
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

export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

interface PausableSocket extends Socket {
  pause(): void;
  resume(): void;
}

/**
 * Opens the connection. Destroy the stream to end it; it ends by itself when the pod's side does, and when the call is
 * cancelled or late. Where nobody listens on the port the stream fails with
 * `refused`, fact `port`, maybe before anybody listens to it: look at `errored` first.
 */
export async function forwardPort(api: ApiClient, to: PodPort, limits: Limits): Promise<Duplex> {
  const request: Request = {
    server: api.server,
    verb: 'get',
    resource: 'pods/portforward',
    namespace: to.namespace,
    name: to.pod,
    writes: false,
  };
  assertMaySend(request, limits);
  const stopped = withDeadline(limits);
  const stream = new ForwardedPort(to);
  // A refusal that comes with the upgrade's answer closes it before that is waited for.
  stream.once('close', stopped.clear);
  const forward = new PortForward(
    withSafeSockets(api.kubeConfig, { handshakeTimeout: api.requestTimeoutMs, signal: stopped.signal }),
  );
  const open = () =>
    forward.portForward(
      to.namespace,
      to.pod,
      [to.port],
      each((bytes) => stream.received(bytes)),
      each((said) => stream.refused(said.toString('utf8'))),
      stream.sends,
    ) as Promise<unknown> as Promise<PausableSocket>;
  const opening = openWithFreshCredentials(api, open, stopped.signal);
  try {
    stream.runsOver(await Promise.race([opening, stopped.promise]));
  } catch (error) {
    stopped.clear();
    void opening.then((late) => late.terminate()).catch(() => undefined);
    if (!stopped.signal.aborted) throw failureOfUpgrade(request, error);
    throw failureOfTransport(request, error, { sent: true, timedOut: true });
  }
  stopped.promise.catch((error: unknown) =>
    stream.destroy(failureOfTransport(request, error, { sent: true, timedOut: true })),
  );
  return stream;
}

const each = (take: (bytes: Buffer) => void) =>
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (chunk.length > 0) take(chunk);
      done();
    },
  });

class ForwardedPort extends Duplex {
  /** What the library sends. Never ended: the protocol has no half-closed connection. */
  readonly sends = new PassThrough();
  readonly #to: PodPort;
  #socket: PausableSocket | undefined;

  constructor(to: PodPort) {
    super();
    this.#to = to;
    // A refusal can come together with the upgrade's answer, before anybody listens: it is kept in `errored`.
    this.on('error', () => undefined);
  }

  runsOver(socket: PausableSocket): void {
    // Refused together with the upgrade: nobody else would end it.
    if (this.destroyed) {
      socket.terminate();
      return;
    }
    this.#socket = socket;
    if (hasEnded(socket)) this.push(null);
    socket.onclose = () => this.push(null);
    socket.onerror = () => this.destroy(this.#failure('retryable', 'the connection was cut'));
  }

  received(bytes: Buffer): void {
    if (!this.destroyed && !this.push(bytes)) this.#socket?.pause();
  }

  refused(said: string): void {
    this.destroy(
      /connection refused/.test(said)
        ? this.#failure('refused', 'nothing listens there')
        : this.#failure('retryable', printable(said, 300)),
    );
  }

  override _read(): void {
    this.#socket?.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.sends.write(chunk, encoding, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.sends.destroy();
    if (this.#socket) {
      this.#socket.onclose = this.#socket.onerror = null;
      this.#socket.terminate();
    }
    done(error);
  }

  #failure(kind: 'refused' | 'retryable', why: string): StepFailure {
    const { namespace, pod, port } = this.#to;
    return new StepFailure(kind, `No connection to port ${port} of pod ${namespace}/${pod}: ${why}`, {
      facts: { namespace, pod, port },
    });
  }
}
