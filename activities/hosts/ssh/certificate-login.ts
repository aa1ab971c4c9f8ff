/**
 * Logging in with a user certificate, which ssh2 cannot: it writes one name as the algorithm of the request and of the
 * signature in it, and with a certificate the two differ (`ssh-ed25519-cert-v01@openssh.com` and `ssh-ed25519`).
 * The request here is RFC 4252, 7, with the names as OpenSSH's PROTOCOL.certkeys has them.
 */
import { createRequire } from 'node:module';
import type { Client, ParsedKey } from 'ssh2';
import { certificateType, isCertificateType, withoutCertificate } from './certificate.ts';
import { wireString } from './wire.ts';

type Sign = (data: Buffer, signed: (signature: Buffer) => void) => void;
type Login = (user: string, key: ParsedKey, algorithm: string | undefined, sign?: Sign) => void;

interface Protocol {
  authPK: Login;
  readonly _kex: { readonly sessionID: Buffer };
  readonly _authsQueue: string[];
  readonly _packetRW: {
    readonly write: { alloc(length: number): Buffer; finalize(packet: Buffer): Buffer; allocStart: number };
  };
}

const require = createRequire(import.meta.url);
const { sendPacket, convertSignature } = require('ssh2/lib/protocol/utils.js') as {
  sendPacket: (protocol: Protocol, packet: Buffer) => void;
  convertSignature: (signature: Buffer, type: string) => Buffer;
};

const USERAUTH_REQUEST = 50;

/** To be called right after `connect()`. Keys that are no certificates log in as before. */
export function logInWithCertificates(client: Client): void {
  const { _protocol: protocol } = client as unknown as { _protocol: Protocol };
  const plain = protocol.authPK.bind(protocol);
  protocol.authPK = (user, key, algorithm, sign) => {
    if (!isCertificateType(key.type)) return plain(user, key, algorithm, sign);
    const { request, signature } = algorithmsOf(key.type);
    const body = Buffer.concat([
      Buffer.from([USERAUTH_REQUEST]),
      wireString(user),
      wireString('ssh-connection'),
      wireString('publickey'),
      Buffer.from([sign ? 1 : 0]),
      wireString(request),
      wireString(key.getPublicSSH()),
    ]);
    if (!sign) return send(protocol, body);
    sign(Buffer.concat([wireString(protocol._kex.sessionID), body]), (bare) => {
      const value = convertSignature(bare, withoutCertificate(key.type));
      const signed = Buffer.concat([wireString(signature), wireString(value)]);
      send(protocol, Buffer.concat([body, wireString(signed)]));
    });
  };
}

function send(protocol: Protocol, message: Buffer): void {
  const { write } = protocol._packetRW;
  const at = write.allocStart;
  const packet = write.alloc(message.length);
  packet.set(message, at);
  protocol._authsQueue.push('publickey');
  sendPacket(protocol, write.finalize(packet));
}

/** RSA certificates are signed with SHA-512. */
export function algorithmsOf(type: string): { readonly request: string; readonly signature: string } {
  const plain = withoutCertificate(type);
  if (plain !== 'ssh-rsa') return { request: type, signature: plain };
  return { request: certificateType('rsa-sha2-512'), signature: 'rsa-sha2-512' };
}
