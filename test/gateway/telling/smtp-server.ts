/**
 * A real SMTP server that needs no root and no place in the system: Debian's python3-aiosmtpd. Debian's mail transport
 * agents are unfit for tests: each replaces the machine's own, wants root, and starts listening when it is installed.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

export interface SmtpServer {
  readonly port: number;
  /** Of the authority that vouches for it, by the name `localhost`. */
  readonly caFile: string;
  /** The messages as they arrived, the first one first. */
  mails(): Promise<string[]>;
  close(): Promise<void>;
}

export async function startSmtpServer(security: 'starttls' | 'tls'): Promise<SmtpServer> {
  const folder = await mkdtemp(join(tmpdir(), 'smtp-'));
  const [caFile, key, maildir] = [join(folder, 'cert.pem'), join(folder, 'key.pem'), join(folder, 'mail')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', caFile],
  ]);
  const program = join(import.meta.dirname, 'smtp-server.py');
  // Debian's own Python: another one on the PATH does not know Debian's packages.
  const server = spawn('/usr/bin/python3', [program, maildir, caFile, key, security], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-2000)));
  const lines = createInterface({ input: server.stdout });
  const ended = once(server, 'exit');
  const port = await Promise.race([
    once(lines, 'line').then(([line]) => Number(line)),
    ended.then(() => {
      throw new Error(`the SMTP server ended before it listened; is python3-aiosmtpd installed? ${said}`);
    }),
  ]);
  return {
    port,
    caFile,
    async mails() {
      const inbox = join(maildir, 'new');
      // Named for the moment at which they came.
      const files = (await readdir(inbox)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
      return Promise.all(files.map((file) => readFile(join(inbox, file), 'utf8')));
    },
    async close() {
      server.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
