import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export type Direction = 'to-server' | 'to-client';

/** A proxy for any TCP protocol, SSH for one: it cannot read what passes, but can stop it. */
export interface TcpFaultProxy {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Connections that are open now. */
  readonly open: number;
  /** Connections since the start. */
  readonly accepted: number;
  /** From now on bytes stay in the proxy: connections hang, new ones too. Default: both directions. */
  freeze(direction?: Direction): void;
  /** Lets bytes flow again, those that waited first. */
  thaw(): void;
  /** Breaks every open connection. */
  cut(): void;
  /** New connections are closed at once; the open ones stay. */
  refuse(): void;
  accept(): void;
  /** Resolves when this many bytes have passed, or wait to pass, in this direction since the call. */
  passed(direction: Direction, bytes: number): Promise<void>;
  close(): Promise<void>;
}

export async function createTcpFaultProxy(
  to: { host: string; port: number },
  options: { port?: number } = {},
): Promise<TcpFaultProxy> {
  const pairs = new Set<{ client: Socket; server: Socket }>();
  const frozen = new Set<Direction>();
  const waiting = new Set<{ direction: Direction; left: number; done: () => void }>();
  let refusing = false;
  let accepted = 0;

  const count = (direction: Direction, bytes: number): void => {
    for (const waiter of waiting) {
      if (waiter.direction !== direction) continue;
      waiter.left -= bytes;
      if (waiter.left > 0) continue;
      waiting.delete(waiter);
      waiter.done();
    }
  };
  const flow = (from: Socket, into: Socket, direction: Direction): void => {
    from.on('data', (chunk: Buffer) => {
      count(direction, chunk.length);
      into.write(chunk);
      if (into.writableNeedDrain) from.pause();
    });
    into.on('drain', () => from.resume());
    // Ending a socket would push out what waits in it.
    from.on('end', () => {
      if (!frozen.has(direction)) into.end();
    });
    if (frozen.has(direction)) into.cork();
  };

  const listener = createServer({ allowHalfOpen: true }, (client) => {
    accepted += 1;
    client.on('error', () => undefined);
    if (refusing) return void client.destroy();
    const server = connect({ ...to, allowHalfOpen: true });
    const pair = { client, server };
    pairs.add(pair);
    flow(client, server, 'to-server');
    flow(server, client, 'to-client');
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    server.on('error', () => client.destroy()).on('close', end);
    client.on('close', end);
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const into = (pair: { client: Socket; server: Socket }, direction: Direction): Socket =>
    direction === 'to-server' ? pair.server : pair.client;
  const outOf = (pair: { client: Socket; server: Socket }, direction: Direction): Socket =>
    direction === 'to-server' ? pair.client : pair.server;
  const cut = (): void => {
    for (const { client, server } of pairs) {
      client.destroy();
      server.destroy();
    }
  };

  return {
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    get open() {
      return pairs.size;
    },
    get accepted() {
      return accepted;
    },
    freeze(direction) {
      for (const one of direction ? [direction] : (['to-server', 'to-client'] as const)) {
        if (frozen.has(one)) continue;
        frozen.add(one);
        for (const pair of pairs) into(pair, one).cork();
      }
    },
    thaw() {
      for (const one of frozen) {
        for (const pair of pairs) {
          into(pair, one).uncork();
          if (outOf(pair, one).readableEnded) into(pair, one).end();
        }
      }
      frozen.clear();
    },
    cut,
    refuse: () => void (refusing = true),
    accept: () => void (refusing = false),
    passed: (direction, bytes) => new Promise((done) => waiting.add({ direction, left: bytes, done })),
    async close() {
      cut();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
}
