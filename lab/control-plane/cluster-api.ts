import { Agent, request as httpsRequest } from 'node:https';

/** Taking a thousand Services away is one request, and a long one on a small machine. */
const PATIENCE_MS = 180_000;

export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

/** The API server said no. */
export class ClusterApiError extends Error {
  override readonly name = 'ClusterApiError';
  readonly status: number;

  constructor(method: string, path: string, answer: ApiAnswer) {
    super(`${method} ${path}: ${answer.status} ${messageOf(answer.body)}`);
    this.status = answer.status;
  }
}

/** The few calls that the lab itself makes, over one pool of verified connections. */
export interface ClusterApi {
  request(method: string, path: string, body?: unknown, contentType?: string): Promise<ApiAnswer>;
  /** Answers outside 2xx are errors. */
  call<T>(method: string, path: string, body?: unknown, contentType?: string): Promise<T>;
  close(): void;
}

/** PEM, or a bearer token. */
export type ApiCredential =
  { readonly certificate: Buffer; readonly key: Buffer } | { readonly token: string };

export function createClusterApi(to: {
  server: string;
  certificateAuthority: Buffer;
  credential: ApiCredential;
}): ClusterApi {
  const { credential } = to;
  const authentication = 'token' in credential ? {} : { cert: credential.certificate, key: credential.key };
  const authorization = 'token' in credential ? { authorization: `Bearer ${credential.token}` } : {};
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 16,
    ca: to.certificateAuthority,
    ...authentication,
  });

  const send = (method: string, path: string, body: unknown, contentType = 'application/json') =>
    new Promise<ApiAnswer>((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const content =
        payload === undefined
          ? {}
          : { 'content-type': contentType, 'content-length': Buffer.byteLength(payload) };
      const headers = { ...authorization, ...content };
      const outgoing = httpsRequest(
        new URL(path, to.server),
        { method, agent, headers, timeout: PATIENCE_MS },
        (incoming) => {
          let text = '';
          incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: text }));
          incoming.on('error', reject);
        },
      );
      outgoing.on('timeout', () =>
        outgoing.destroy(new Error(`${method} ${path}: no answer within ${PATIENCE_MS / 1000} s`)),
      );
      outgoing.on('error', reject);
      outgoing.end(payload);
    });

  return {
    request: send,
    async call<T>(method: string, path: string, body?: unknown, contentType?: string) {
      const answer = await send(method, path, body, contentType);
      if (answer.status < 200 || answer.status > 299) throw new ClusterApiError(method, path, answer);
      return JSON.parse(answer.body || 'null') as T;
    },
    close: () => agent.destroy(),
  };
}

function messageOf(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? body;
  } catch {
    return body;
  }
}
