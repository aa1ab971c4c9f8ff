/**
 * The port for alert senders that prove themselves by a client certificate: TLS, the webhooks and nothing else. A request
 * without a certificate that the authority vouches for is refused in words, to the sender and in the log, before any of it
 * is read. The files are read again when they change: a renewed certificate needs no restart.
 */
import { constants, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { ConfigError, type Config } from '../config/index.ts';
import { everySoOften } from './every-so-often.ts';
import type { Log } from './log.ts';
import { ProblemError } from './problem-error.ts';

export interface SendersDeps {
  readonly senders: Config['gateway']['senders'];
  /** Is ready already. */
  readonly app: FastifyInstance;
  readonly log: Log;
  /** How often the files are looked at; a minute when absent. */
  readonly everyMs?: number;
}

const TLS = {
  minVersion: 'TLSv1.2',
  // A second handshake could show other names than those that were vouched for.
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
} as const;

/** Answers what closes it. Without `senders` there is no such port. Throws a ConfigError for files that are none. */
export async function listenForSenders({
  senders,
  app,
  log,
  everyMs = 60_000,
}: SendersDeps): Promise<() => Promise<void>> {
  if (!senders) return async () => {};
  const { host, port } = senders;
  let files = await filesOf(senders).catch(notUsable);
  const server = createServer(
    // Whom the authority does not know is refused by us, in words, and not by a connection that breaks.
    { ...TLS, ...files, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const problem = whyNot(request);
      if (!problem) return app.routing(request, response);
      log.warn(
        { from: request.socket.remoteAddress, path: request.url, why: problem.message },
        'a sender was refused',
      );
      return refuse(response, problem);
    },
  );
  server.on('tlsClientError', (error, { remoteAddress }) =>
    log.warn({ from: remoteAddress, err: error }, 'a sender did not get as far as TLS'),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => resolve());
  });
  log.info({ address: server.address() }, 'listening for senders with certificates');
  const stop = everySoOften(
    { everyMs, log, failure: 'the certificates are not usable; those that were read last count' },
    async () => {
      const now = await filesOf(senders);
      if (now.cert === files.cert && now.key === files.key && now.ca === files.ca) return;
      // It forgets what it is not told again.
      server.setSecureContext({ ...TLS, ...now });
      files = now;
      log.info('the certificates were read anew');
    },
  );
  return async () => {
    await stop();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
}

/** By every handshake of the connection: `authorized` tells of the first alone, the error of the others too. */
const isVouchedFor = ({ authorized, authorizationError }: TLSSocket): boolean =>
  authorized && !authorizationError;

/** The names in the client certificate of a connection; nothing where none was shown that its authority vouches for. */
export function certificateNames(socket: Socket): readonly string[] | undefined {
  if (!(socket instanceof TLSSocket) || !isVouchedFor(socket)) return undefined;
  const { subject, subjectaltname = '' } = socket.getPeerCertificate();
  const common = [subject.CN].flat().filter((name) => name !== undefined);
  return [...new Set([...common, ...namesIn(subjectaltname)])];
}

/** Node quotes a name in which something stands that separates names: such a one is nobody's. */
const ONE_NAME = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y;

function namesIn(subjectaltname: string): string[] {
  const names: string[] = [];
  ONE_NAME.lastIndex = 0;
  for (let found = ONE_NAME.exec(subjectaltname); found?.[1]; found = ONE_NAME.exec(subjectaltname)) {
    const [, kind, name = ''] = found;
    if (['DNS', 'URI'].includes(kind ?? '') && !name.startsWith('"')) names.push(name);
  }
  return names;
}

function whyNot({ socket, url = '' }: IncomingMessage): ProblemError | undefined {
  const tls = socket as TLSSocket;
  if (!isVouchedFor(tls)) {
    const shown = Object.keys(tls.getPeerCertificate()).length > 0;
    const why = shown
      ? `the authority of gateway.senders does not vouch for this certificate (${String(tls.authorizationError)})`
      : 'this port asks for a client certificate, and none was shown';
    return new ProblemError('bad-certificate', why);
  }
  if (url.startsWith('/webhooks/')) return undefined;
  return new ProblemError('not-found', 'this port takes alerts at /webhooks/, and nothing else');
}

function refuse(response: ServerResponse, problem: ProblemError): void {
  response.writeHead(problem.statusCode, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify(problem.toProblem()));
}

type Files = Readonly<Record<'cert' | 'key' | 'ca', string>>;

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g;

/** Throws an Error that names the field. To TLS an empty authority is every public one. */
async function filesOf(senders: NonNullable<SendersDeps['senders']>): Promise<Files> {
  const read = async (
    field: 'certFile' | 'keyFile' | 'clientCaFile',
    check: (pem: string) => void,
  ): Promise<string> => {
    try {
      const pem = await readFile(senders[field], 'utf8');
      check(pem);
      return pem;
    } catch (cause) {
      throw new Error(`${field}: ${(cause as Error).message}`, { cause });
    }
  };
  const [cert, key, ca] = await Promise.all([
    read('certFile', requireCertificates),
    read('keyFile', requireKey),
    read('clientCaFile', requireCertificates),
  ]);
  try {
    createSecureContext({ ...TLS, cert, key, ca });
  } catch (cause) {
    const why = `the files are no certificate, its key and an authority: ${(cause as Error).message}`;
    throw new Error(why, { cause });
  }
  return { cert, key, ca };
}

function requireCertificates(pem: string): void {
  const found = pem.match(CERTIFICATES) ?? [];
  if (found.length === 0)
    throw new Error('there is no certificate in it; write PEM (-----BEGIN CERTIFICATE-----)');
  found.forEach((block, i) => {
    try {
      new X509Certificate(block);
    } catch (cause) {
      const which = `certificate ${i + 1} of ${found.length}`;
      throw new Error(`${which} in it cannot be read: ${(cause as Error).message}`, { cause });
    }
  });
}

function requireKey(pem: string): void {
  try {
    createPrivateKey(pem);
  } catch (cause) {
    throw new Error(
      `there is no private key without a passphrase in it; write PEM (-----BEGIN PRIVATE KEY-----): ${(cause as Error).message}`,
      { cause },
    );
  }
}

function notUsable(cause: unknown): never {
  const error = new ConfigError('The port for senders', [
    { field: 'gateway.senders', message: (cause as Error).message },
  ]);
  error.cause = cause;
  throw error;
}
