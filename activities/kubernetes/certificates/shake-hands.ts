import { connect } from 'node:tls';
import type { Limits } from '../client/http.ts';
import type { Certificate } from '../contract/certificates.ts';
import { certificateIn } from './certificate.ts';

/** A short read's time is 5 s, of which looking the addresses up takes some. */
const PATIENCE = 3_000;

/**
 * The certificate that a server shows first. Whether it can be trusted is not asked: an expired one is what is looked
 * for. Nothing is sent after the handshake, and a server that wants a certificate of ours shows its own before that.
 */
export function shakeHands(
  { host, port, serverName }: { readonly host: string; readonly port: number; readonly serverName?: string },
  { signal }: Limits,
): Promise<{ certificate: Certificate } | { problem: string }> {
  return new Promise((resolve) => {
    let shown: Certificate | undefined;
    const socket = connect({
      host,
      port,
      ...(serverName && { servername: serverName }),
      rejectUnauthorized: false,
    });
    const until = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
    until.addEventListener('abort', () => end('no answer in time'), { once: true });
    const end = (problem: string) => {
      socket.destroy();
      resolve(shown ? { certificate: shown } : { problem });
    };
    socket.once('secureConnect', () => {
      const { raw } = socket.getPeerCertificate();
      shown = raw && certificateIn(raw);
      end('it showed no certificate');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => end(inWords(error)));
    socket.once('close', () => end('it closed the connection without a certificate'));
  });
}

function inWords(error: NodeJS.ErrnoException): string {
  if (error.code === 'ECONNREFUSED') return 'it refuses the connection';
  if (error.code?.startsWith('ERR_SSL')) return 'it does not speak TLS, or not one that is known here';
  return error.code ?? error.message;
}
