import { connect, createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';
/**
 * Below what systems give to connections and to port 0 (Linux from 32768, macOS and Windows from 49152) and to
 * Kubernetes' node ports (from 30000): a port of these stays free until its server listens, and while it is restarted.
 */
const [LOWEST, HIGHEST] = [20_000, 29_999];
const given = new Set<number>();

const COUNT = HIGHEST - LOWEST + 1;
/** Every process counts up from a place of its own, so that those that run at the same time do not meet. */
let next = (process.pid * 97) % COUNT;

/** A TCP port on loopback that nothing uses at this moment. This process gets none twice. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < COUNT; tries += 1) {
    const port = LOWEST + next;
    next = (next + 1) % COUNT;
    if (given.has(port)) continue;
    given.add(port);
    if (await canListen(port)) return port;
  }
  throw new Error(
    `No TCP port from ${LOWEST} to ${HIGHEST} on ${LOOPBACK} is free. Stop what listens on them ("ss -ltn" lists it).`,
  );
}

function canListen(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}

/** Whether something accepts connections on that port of loopback. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: LOOPBACK, port });
    const answer = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
    socket.setTimeout(2_000, () => answer(false));
  });
}

/** Refuses a port that somebody else uses, before a server fails on it less clearly. */
export async function requireFreePort(port: number, what: string): Promise<void> {
  if (!(await isListening(port))) return;
  throw new Error(
    `Port ${port} on ${LOOPBACK} is in use, ${what} cannot have it. Stop what listens there, or choose another port.`,
  );
}
