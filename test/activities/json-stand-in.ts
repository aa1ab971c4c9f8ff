import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly authorization: string;
  readonly body: Record<string, unknown>;
}
export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** It has done what was asked, and the connection ends before the answer. */
  readonly hangUp?: boolean;
}
export interface StandIn {
  readonly url: string;
  readonly asked: Asked[];
  close(): Promise<void>;
}

/** A server on loopback that speaks JSON as ticket systems and Grafana do. */
export async function startStandIn(answerTo: (asked: Asked) => Answer): Promise<StandIn> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void text(request).then((sent) => {
      const one = {
        method: request.method ?? '',
        url: new URL(request.url ?? '', 'http://stand-in'),
        authorization: request.headers.authorization ?? '',
        body: JSON.parse(sent || '{}') as Record<string, unknown>,
      };
      asked.push(one);
      const { status = 200, headers = {}, body = {}, hangUp } = answerTo(one);
      if (hangUp) return request.socket.destroy();
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
      return response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
