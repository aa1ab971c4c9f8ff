/** What exec and port-forward share: an upgrade to a WebSocket through the API server, with limits and sorted failures. */
import type { KubeConfig } from '@kubernetes/client-node';
import type { StepFailure } from '../../kit/index.ts';
import type { ApiClient } from './client.ts';
import { failureOfAnswer, failureOfTransport, neverSent, type Request } from './failure.ts';
import type { Limits } from './http.ts';

/** As much of the library's WebSocket as is used. */
export interface Socket {
  readonly readyState: number;
  /** At once, without the other side's word, for which a `close` waits half a minute. */
  terminate(): void;
  onclose: ((event: unknown) => void) | null;
  onerror: ((event: unknown) => void) | null;
}

/** One that ended together with the upgrade tells nobody any more. */
export const hasEnded = ({ readyState }: Socket): boolean => readyState === 3;

/** Rejects when the call is cancelled or its deadline passes; `clear` ends the timer. */
export function withDeadline({ signal, deadline }: Limits) {
  const timeUp = new AbortController();
  const timer = setTimeout(() => timeUp.abort(), Math.max(0, deadline.getTime() - Date.now()));
  const both = AbortSignal.any([signal, timeUp.signal]);
  const promise = new Promise<never>((_, reject) => {
    both.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true });
  });
  promise.catch(() => undefined);
  return { signal: both, promise, clear: () => clearTimeout(timer) };
}

/**
 * The WebSocket's options can be given only through those that the kubeconfig makes for it: the handshake's limit in
 * milliseconds, and that nonsense ends the connection. Nothing is opened any more once `signal` is aborted.
 */
export function withSafeSockets(
  config: KubeConfig,
  { handshakeTimeout, signal }: { readonly handshakeTimeout: number; readonly signal: AbortSignal },
): KubeConfig {
  return Object.create(config, {
    applyToHTTPSOptions: {
      value: async (options: Parameters<KubeConfig['applyToHTTPSOptions']>[0]) => {
        await config.applyToHTTPSOptions(options);
        // Credentials may have taken their time, and the library opens the connection right after this.
        signal.throwIfAborted();
        Object.assign(options, { handshakeTimeout, finishRequest: endedByNonsense });
      },
    },
  }) as KubeConfig;
}

interface Emitting extends Socket {
  emit(event: string, ...details: unknown[]): boolean;
}

/** The library throws at a frame that it cannot read, where nobody could catch it but the process. */
function endedByNonsense(request: { end(): void }, socket: Emitting): void {
  const emit = socket.emit.bind(socket);
  socket.emit = (event, ...details) => {
    try {
      return emit(event, ...details);
    } catch (error) {
      if (event !== 'message') throw error;
      socket.terminate();
      return true;
    }
  };
  request.end();
}

/**
 * Where the credentials are not taken (401), once more with others, if there may be any: nothing was started by then.
 * Nothing is opened any more once `signal` is aborted.
 */
export async function openWithFreshCredentials<S>(
  api: ApiClient,
  open: () => Promise<S>,
  signal: AbortSignal,
): Promise<S> {
  const mayHaveOthers = await api.showing();
  signal.throwIfAborted();
  try {
    return await open();
  } catch (error) {
    if (statusOf(error) !== 401 || signal.aborted || !mayHaveOthers()) throw error;
    return open();
  }
}

/** What answered the upgrade in place of a WebSocket; undefined where nothing did. */
function statusOf(error: unknown): number | undefined {
  const message = (error as { message?: string }).message ?? '';
  const status = /Unexpected server response: (\d{3})/.exec(message)?.[1];
  return status === undefined ? undefined : Number(status);
}

/**
 * The upgrade was answered by something else: nothing was started. Where the answer was lost, the kubelet may have
 * started what was asked for before it.
 */
export function failureOfUpgrade(request: Request, error: unknown): StepFailure {
  /** What the socket said; absent where no connection was tried, for want of credentials. */
  const { error: ofSocket } = error as { error?: unknown };
  const status = statusOf(error);
  return status !== undefined
    ? failureOfAnswer({ ...request, writes: false }, { status, body: '' })
    : failureOfTransport(request, ofSocket ?? error, {
        sent: ofSocket !== undefined && !neverSent(ofSocket),
      });
}
