/**
 * A proxy in front of the API server that behaves until it is told not to.
 *
 * 1. It serves TLS with a certificate of the lab's own authority and verifies the API server's: clients only
 *    need another `server` in their kubeconfig. Bearer tokens pass; client certificates cannot.
 * 2. A request is read whole before a rule is looked for, so that "held" means the server has seen nothing of it.
 * 3. Responses are streamed (a watch goes on for ever); a held response is one whose headers have come.
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabDetails } from '../details.ts';
import { createHold, type Held, type HoldRule } from './hold.ts';
import { matches, type RequestMatch, type SeenRequest } from './request-match.ts';
import type { FaultAction, FaultRule, StandingFault } from './standing-fault.ts';
import { passUpgrade } from './upgrade.ts';

export interface ApiFaultProxy {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** Every request so far, without bodies of more than 64 kB. */
  readonly requests: readonly SeenRequest[];
  holdRequest(match: RequestMatch): Held;
  holdResponse(match: RequestMatch): Held;
  /** `times`: for that many requests only; default all. */
  fault(match: RequestMatch, action: FaultAction, options?: { times?: number }): StandingFault;
  /** Removes every fault and lets go what is held. */
  clear(): void;
  close(): Promise<void>;
}

export async function createApiFaultProxy(
  details: LabDetails,
  options: { port?: number } = {},
): Promise<ApiFaultProxy> {
  const upstream = new URL(details.cluster.server);
  const authority = readFileSync(details.cluster.certificateAuthority);
  // No idle connection is kept for as long as the API server keeps one: a request would meet its end.
  const agent = new Agent({ keepAlive: true, timeout: 30_000, ca: authority });
  const requests: SeenRequest[] = [];
  const holds = new Set<HoldRule>();
  const faults = new Set<FaultRule>();
  const sockets = new Set<Duplex>();

  const takeHold = (at: HoldRule['at'], request: SeenRequest): HoldRule | undefined => {
    const hold = [...holds].find((rule) => rule.at === at && !rule.taken && matches(rule.match, request));
    if (hold) hold.taken = true;
    return hold;
  };
  const takeFault = (request: SeenRequest): FaultAction | undefined => {
    const rule = [...faults].find(({ match, left }) => left > 0 && matches(match, request));
    if (!rule) return undefined;
    rule.left -= 1;
    rule.count += 1;
    return rule.action;
  };

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await readAll(incoming);
    const seen = {
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      body: body.subarray(0, 65_536).toString(),
    };
    requests.push(seen);
    const fault = takeFault(seen);
    if (fault?.kind === 'delay') await sleep(fault.milliseconds);
    if (fault?.kind === 'drop-request') return void incoming.socket.destroy();
    if (fault?.kind === 'answer') return answer(outgoing, fault);
    const hold = takeHold('request', seen);
    if (hold) {
      hold.arrive(seen);
      const verdict = await hold.verdict;
      if (verdict === 'drop') return void incoming.socket.destroy();
      if (verdict !== 'release') return answer(outgoing, verdict);
    }
    const response = await forward(incoming, body);
    if (fault?.kind === 'drop-response') return void incoming.socket.destroy();
    const heldResponse = takeHold('response', seen);
    if (heldResponse) {
      heldResponse.arrive({ ...seen, status: response.statusCode ?? 0 });
      const verdict = await heldResponse.verdict;
      if (verdict === 'drop') return void incoming.socket.destroy();
      if (verdict !== 'release') return answer(outgoing, verdict);
    }
    outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders);
    outgoing.flushHeaders();
    response.pipe(outgoing);
    // A watcher that leaves ends the watch at the server too.
    outgoing.on('close', () => response.destroy());
    response.on('error', () => outgoing.destroy());
  };

  const forward = (incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers = { ...incoming.headers, host: upstream.host };
      const sent = httpsRequest(
        new URL(incoming.url ?? '/', upstream),
        { method: incoming.method, headers, agent },
        resolve,
      );
      sent.on('error', reject);
      sent.end(body);
    });

  const pki = join(details.stateDirectory, 'pki');
  const server = createServer({
    key: readFileSync(join(pki, 'fault-proxy.key')),
    cert: readFileSync(join(pki, 'fault-proxy.crt')),
  });
  // Nor does it end its clients' idle ones: a write that meets such an end has an unknown outcome that no test asked for.
  server.keepAliveTimeout = 0;
  server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    // The server's own failure reaches the client as a connection that breaks, which is what it would have seen.
    handle(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    const seen = { method: incoming.method ?? 'GET', path: incoming.url ?? '/', body: '' };
    requests.push(seen);
    const hold = takeHold('request', seen);
    hold?.arrive(seen);
    void (hold?.verdict ?? Promise.resolve('release' as const)).then((verdict) => {
      if (verdict === 'release') passUpgrade({ incoming, socket, head, upstream, authority });
      else socket.destroy();
    });
  });
  server.on('secureConnection', (socket: Duplex) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });

  const hold = (at: HoldRule['at'], match: RequestMatch): Held => {
    const rule = createHold(at, match);
    holds.add(rule);
    void rule.verdict.then(() => holds.delete(rule));
    return rule;
  };
  const clear = (): void => {
    faults.clear();
    for (const rule of holds) rule.release();
    holds.clear();
  };
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    holdRequest: (match) => hold('request', match),
    holdResponse: (match) => hold('response', match),
    fault(match, action, { times = Infinity } = {}) {
      const rule: FaultRule = { match, action, left: times, count: 0 };
      faults.add(rule);
      return {
        get count() {
          return rule.count;
        },
        remove: () => void faults.delete(rule),
      };
    },
    clear,
    async close() {
      clear();
      agent.destroy();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function answer(
  outgoing: ServerResponse,
  what: { status: number; body: string; headers?: Readonly<Record<string, string>> },
): void {
  outgoing.writeHead(what.status, { 'content-type': 'application/json', ...what.headers });
  outgoing.end(what.body);
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
