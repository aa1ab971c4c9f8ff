import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * A way to PostgreSQL that can be cut at the worst moment. `cut` waits for the next message that contains the text and
 * cuts its connection: `before` the server got it, or `after` the server has answered it, so that only the answer is lost.
 */
export interface TcpProxy {
  /** The same database, through the proxy. */
  readonly url: string;
  cut(moment: 'before' | 'after', text: string): Promise<void>;
  /** From now on nothing passes either way, and no connection closes: a network that swallows. */
  stall(): void;
  close(): Promise<void>;
}

export async function createTcpProxy(databaseUrl: string): Promise<TcpProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let stalled = false;
  let armed: { moment: 'before' | 'after'; text: string; done: () => void } | undefined;

  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let answerIsLost: (() => void) | undefined;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const cutBoth = (done: () => void): void => {
      client.destroy();
      upstream.destroy();
      done();
    };
    client.on('data', (data) => {
      if (stalled) return;
      if (armed !== undefined && data.includes(armed.text)) {
        const { moment, done } = armed;
        armed = undefined;
        if (moment === 'before') return cutBoth(done);
        answerIsLost = done;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (stalled) return;
      if (answerIsLost !== undefined) return cutBoth(answerIsLost);
      client.write(data);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    cut: (moment, text) =>
      new Promise((done) => {
        armed = { moment, text, done };
      }),
    stall: () => {
      stalled = true;
    },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
