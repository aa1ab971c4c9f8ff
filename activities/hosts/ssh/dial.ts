/** One handshake with one sshd: its key is verified, then an identity is shown. */
import type { Duplex } from 'node:stream';
import { Client, type ConnectConfig } from 'ssh2';
import { StepFailure } from '../../kit/index.ts';
import { logInWithCertificates } from './certificate-login.ts';
import { acceptHostCertificates, offerable } from './certified-exchange.ts';
import { dialFailure, wasDropped } from './dial-failure.ts';
import { algorithmsFor, judgeHostKey, type Verified } from './host-key.ts';
import { findIdentities, Identities } from './identities.ts';
import { readKnownHost } from './known-hosts-files.ts';
import type { Hop } from './route.ts';

/** A hop as it was found: for people who ask why a host is believed. */
export interface Reached {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly verified: Verified;
  /** What was shown: the key's file or the agent, its fingerprint, and the id of a certificate. */
  readonly identity: {
    readonly from: string;
    readonly fingerprint: string;
    readonly certificate: string | null;
  };
}

/** The server closed the connection before it said a word of SSH, as sshd does above MaxStartups. */
export class Dropped extends Error {
  readonly failure: StepFailure;

  constructor(failure: StepFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

const KEEPALIVE_MS = 5_000;

/** `through`: the hop before, whose TCP forwarding carries this one. */
export async function dialHop(
  hop: Hop,
  through: Client | undefined,
): Promise<{ client: Client; reached: Reached }> {
  const { host, address, port, user, connectTimeoutMs } = hop;
  const [known, { identities, passedOver }] = await Promise.all([
    readKnownHost(hop),
    findIdentities(hop.identities, new Date()),
  ]);
  if (identities.length === 0) {
    throw new StepFailure('invalid', `there is no key to log in to ${host} with`, {
      next: passedOver.length > 0 ? `Not tried: ${passedOver.join('; ')}.` : 'Name one in the configuration.',
      facts: { host },
    });
  }
  const sock = through && (await forward(through, hop));
  const serverHostKey = algorithmsFor(known);
  const signers = new Identities(identities);
  let judged: Verified | StepFailure | undefined;

  return new Promise((resolve, reject) => {
    const client = new Client();
    const fail = (error: Error & { level?: string; code?: string }) => {
      client.end();
      if (judged instanceof StepFailure) return reject(judged);
      const failure = dialFailure({ error, hop, hostKeyTypes: serverHostKey, identities, passedOver });
      reject(wasDropped(error) ? new Dropped(failure) : failure);
    };
    // Kept, not once: ssh2 may report a failed handshake twice, and an error that nobody hears ends the process.
    client.on('error', fail);
    client.once('close', () => fail(new Error('the connection was closed during the handshake')));
    client.once('ready', () => {
      if (!signers.last) return fail(letsAnybodyIn(hop));
      client.removeAllListeners('error').removeAllListeners('close');
      // Whoever uses the connection learns by its end; an error that nobody hears would end the process.
      client.on('error', () => {});
      if (!sock) client.setNoDelay(true);
      const { from, fingerprint, certificate } = signers.last;
      const identity = { from, fingerprint, certificate };
      resolve({ client, reached: { host, address, port, user, verified: judged as Verified, identity } });
    });
    client.connect({
      ...(sock ? { sock } : { host: address, port }),
      username: user,
      agent: signers,
      authHandler: ['agent'] as NonNullable<ConnectConfig['authHandler']>,
      readyTimeout: connectTimeoutMs,
      keepaliveInterval: KEEPALIVE_MS,
      keepaliveCountMax: 3,
      ...(serverHostKey && {
        algorithms: { serverHostKey: offerable(serverHostKey) } as NonNullable<ConnectConfig['algorithms']>,
      }),
      hostVerifier: (key: Buffer) => {
        judged = judgeHostKey(known, key, new Date());
        return !(judged instanceof StepFailure);
      },
    });
    acceptHostCertificates(client);
    logInWithCertificates(client);
  });
}

const letsAnybodyIn = ({ host, user, port }: Hop): StepFailure =>
  new StepFailure('refused', `${host} lets ${user} in without asking for a signature`, {
    next: 'No command was sent. Whoever reaches that port can log in: is it the sshd of the host itself?',
    facts: { host, port },
  });

/** A TCP connection from the hop before to this one. Where its sshd says no, nothing was sent. */
function forward(through: Client, { host, address, port }: Hop): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const refused = (cause: unknown) =>
      reject(
        new StepFailure('retryable', `the host before ${host} does not connect to ${address}:${port}`, {
          next: 'Nothing was sent. Is the host up, and does the sshd before it allow forwarding (AllowTcpForwarding, permitopen)?',
          cause,
          facts: { host, port },
        }),
      );
    try {
      through.forwardOut('127.0.0.1', 0, address, port, (error, stream) =>
        error ? refused(error) : resolve(stream),
      );
    } catch (cause) {
      refused(cause);
    }
  });
}
