import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificateAuthority } from '../../../lab/pki/certificate-authority.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export interface SmallApiServer {
  /** The kubeconfig that leads to it, with its certificate authority. */
  readonly kubeconfig: Record<string, unknown>;
  /** The same with another authority. */
  readonly untrusted: Record<string, unknown>;
  /** `METHOD /path?query` of everything that arrived. */
  readonly requests: string[];
  /** TLS handshakes so far. */
  handshakes(): number;
  /** What it does with every request from now on. */
  answer: Answer;
  /** Files of a client certificate with this common name; the server takes it and asks for none. */
  issue(commonName: string): Promise<{ readonly certificate: string; readonly key: string }>;
  /** Cuts every connection; new ones are taken. */
  cut(): void;
  /** Ends and refuses connections from now on. */
  close(): Promise<void>;
  remove(): Promise<void>;
}

/** A server that speaks the API's protocol as badly as a test wants: what a real one does only on its worst days. */
export async function startSmallApiServer(): Promise<SmallApiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'small-api-server-'));
  const authority = await createCertificateAuthority(folder, 'small');
  const other = await createCertificateAuthority(join(folder, 'other'), 'another');
  const files = await authority.issue({ file: 'server', commonName: 'api', names: ['IP:127.0.0.1'] });
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let handshakes = 0;
  const made: { answer: Answer } = { answer: (_, response) => status(response, 404, 'NotFound') };
  const server: Server = createServer(
    {
      cert: await readFile(files.certificate),
      key: await readFile(files.key),
      ca: await readFile(authority.certificate),
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => {
      let body = '';
      request.on('error', () => undefined);
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        requests.push(`${request.method} ${request.url}`);
        made.answer(request, response, body);
      });
    },
  );
  server.on('secureConnection', () => handshakes++);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const kubeconfig = (certificate: string) => ({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [
      { name: 'c', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority': certificate } },
    ],
    users: [{ name: 'u', user: { token: 'a-token' } }],
  });
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return Object.assign(made, {
    kubeconfig: kubeconfig(authority.certificate),
    untrusted: kubeconfig(other.certificate),
    requests,
    handshakes: () => handshakes,
    issue: (commonName: string) => authority.issue({ file: `client-${commonName}`, commonName }),
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close,
    remove: async () => {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  });
}

export function json(response: ServerResponse, code: number, body: unknown, headers = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** The API's way of saying no. */
export function status(response: ServerResponse, code: number, reason: string, headers = {}): void {
  json(
    response,
    code,
    { kind: 'Status', status: 'Failure', code, reason, message: `${reason} it is` },
    headers,
  );
}
