import { connect, createServer, type AddressInfo } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** A TCP port on loopback that nothing uses at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, LOOPBACK, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
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
