import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** Takes it, and answers nothing. */
  readonly hangUp?: true;
  /** Takes it, and leaves the sender waiting. */
  readonly never?: true;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** What is answered to a request; 200 and `{}` where it says nothing. */
  reply: (request: Received) => Reply | undefined;
  close(): Promise<void>;
}

/** A server on loopback that keeps what it was sent. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void text(request).then((sent) => {
      const isForm = request.headers['content-type'] === 'application/x-www-form-urlencoded';
      const parsed: unknown = isForm
        ? Object.fromEntries(new URLSearchParams(sent))
        : JSON.parse(sent || '{}');
      const body = parsed as Record<string, unknown>;
      const { method = '', url = '', headers: sentHeaders } = request;
      const one = { method, path: url, headers: sentHeaders, text: sent, body };
      received.push(one);
      const { status = 200, headers = {}, body: answer = {}, hangUp, never } = receiver.reply(one) ?? {};
      if (never) return undefined;
      if (hangUp) return request.socket.destroy();
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      return response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    reply: () => undefined,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}
