/**
 * Host certificates for ssh2, which has none: it offers no certificate algorithm, and takes what the server shows for
 * the key that signed. This teaches one client both, at the few places of a key exchange where they meet:
 * 1. The whole certificate is part of the exchange hash (RFC 4253, 8), and is what the host verifier judges.
 * 2. The signature over that hash is verified with the key inside the certificate, in that key's own algorithm.
 * It leans on how ssh2 1.17 reads its exchange: first what is hashed, then what verifies. Were a later version to read
 * them in another order, the hash or the signature would be wrong and the handshake would fail; it cannot pass.
 */
import type { Client } from 'ssh2';
import { createRequire } from 'node:module';
import { isCertificateType, readCertificate, withoutCertificate } from './certificate.ts';

interface Exchange {
  readonly negotiated: { serverHostKey: string };
  _hostKey: Buffer | undefined;
}

const require = createRequire(import.meta.url);
const { SUPPORTED_SERVER_HOST_KEY } = require('ssh2/lib/protocol/constants.js') as {
  SUPPORTED_SERVER_HOST_KEY: string[];
};

/** Makes ssh2 accept these names in `algorithms.serverHostKey`; it checks them against a list of its own. */
export function offerable(algorithms: readonly string[]): string[] {
  for (const algorithm of algorithms) {
    if (!SUPPORTED_SERVER_HOST_KEY.includes(algorithm)) SUPPORTED_SERVER_HOST_KEY.push(algorithm);
  }
  return [...algorithms];
}

/** To be called right after `connect()`, before the first byte arrives; later key exchanges are covered too. */
export function acceptHostCertificates(client: Client): void {
  const { _protocol: protocol } = client as unknown as { _protocol: { _kex: Exchange | undefined } };
  let exchange = protocol._kex;
  Object.defineProperty(protocol, '_kex', {
    get: () => exchange,
    set(next: Exchange | undefined) {
      exchange = next;
      if (next && isCertificateType(next.negotiated.serverHostKey)) certify(next);
    },
  });
}

function certify(exchange: Exchange): void {
  const signatureAlgorithm = withoutCertificate(exchange.negotiated.serverHostKey);
  // What ssh2 expects the shown blob to be called; RSA certificates have one name for all their signatures.
  if (signatureAlgorithm.startsWith('rsa-sha2-')) {
    exchange.negotiated.serverHostKey = 'ssh-rsa-cert-v01@openssh.com';
  }
  let shown: Buffer | undefined;
  let hashed = false;
  Object.defineProperty(exchange, '_hostKey', {
    get() {
      if (!shown || !hashed) {
        hashed = shown !== undefined;
        return shown;
      }
      return readCertificate(shown)?.key ?? shown;
    },
    set(blob: Buffer | undefined) {
      shown = blob;
      exchange.negotiated.serverHostKey = signatureAlgorithm;
    },
  });
}
