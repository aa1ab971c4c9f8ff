/** Senders that prove themselves by a client certificate, over real TLS. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, TLSSocket } from 'node:tls';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { parseConfig, secret } from '../../config/index.ts';
import type { Log } from '../../gateway/log.ts';
import { certificateNames, listenForSenders } from '../../gateway/senders.ts';
import type { Alert } from '../../ledger/api.ts';
import { createCertificateAuthority, type KeyPairFiles } from '../../lab/pki/certificate-authority.ts';
import { command } from '../../lab/machine/command.ts';
import { until } from '../setup/until.ts';
import { createWebhookApp } from './webhook-app.ts';

let folder: string;
let ca: string;
let [server, renewed, good, other, stranger, crafted, expired]: KeyPairFiles[] = [];
let app: FastifyInstance;
let close: () => Promise<void>;
let port: number;
let received: Alert[];
const lines: { facts: Record<string, unknown>; message: string }[] = [];
const keep = (facts: unknown, message?: string) =>
  void lines.push({ facts: facts as Record<string, unknown>, message: message ?? String(facts) });
const log = { info: keep, warn: keep, error: keep } as unknown as Log;

/** Its one URI reads like an URI and the name of somebody else. A section lets openssl take the comma. */
async function issueCrafted(authority: string, authorityKey: string): Promise<KeyPairFiles> {
  const files = { certificate: join(folder, 'crafted.crt'), key: join(folder, 'crafted.key') };
  const configuration = join(folder, 'crafted.cnf');
  const extensions =
    '[extensions]\nsubjectAltName = @names\n[names]\nURI.1 = http://a/, DNS:alertmanager.example.com';
  writeFileSync(configuration, `[req]\ndistinguished_name = subject\n[subject]\n${extensions}\n`);
  await command([
    ...['openssl', 'req', '-x509', '-config', configuration, '-extensions', 'extensions', '-days', '2'],
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=x'],
    ...['-CA', authority, '-CAkey', authorityKey, '-keyout', files.key, '-out', files.certificate],
  ]);
  return files;
}

/** Its last day was yesterday. */
async function issueExpired(authority: string, authorityKey: string): Promise<KeyPairFiles> {
  const files = { certificate: join(folder, 'expired.crt'), key: join(folder, 'expired.key') };
  const [configuration, request] = [join(folder, 'expired.cnf'), join(folder, 'expired.csr')];
  writeFileSync(configuration, '[req]\ndistinguished_name = subject\n[subject]\n');
  await command([
    ...['openssl', 'req', '-new', '-config', configuration, '-subj', '/CN=alertmanager.example.com'],
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', files.key, '-out', request],
  ]);
  await command([
    ...['openssl', 'x509', '-req', '-in', request, '-days', '-1', '-set_serial', '4711'],
    ...['-CA', authority, '-CAkey', authorityKey, '-out', files.certificate],
  ]);
  return files;
}

const authorityFile = () => join(folder, 'senders-ca.pem');
/** Puts a certificate in the place of the gateway's, and waits until the gateway has read it. */
async function renew({ certificate, key }: KeyPairFiles): Promise<void> {
  lines.length = 0;
  copyFileSync(certificate, join(folder, 'cert.pem'));
  copyFileSync(key, join(folder, 'key.pem'));
  await until(
    async () => lines.some(({ message }) => message === 'the certificates were read anew'),
    async () => JSON.stringify(lines),
  );
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nightshift-senders-'));
  const [ours, theirs] = await Promise.all(
    ['ours', 'theirs'].map((name) => createCertificateAuthority(join(folder, name), name)),
  );
  ca = ours!.certificate;
  [server, renewed, good, other, stranger, crafted, expired] = await Promise.all([
    ours!.issue({ file: 'server', commonName: 'nightshift', names: ['DNS:localhost'] }),
    ours!.issue({ file: 'renewed', commonName: 'nightshift', names: ['DNS:localhost'] }),
    ours!.issue({ file: 'good', commonName: 'prometheus', names: ['DNS:alertmanager.example.com'] }),
    ours!.issue({ file: 'other', commonName: 'other' }),
    theirs!.issue({ file: 'stranger', commonName: 'alertmanager.example.com' }),
    issueCrafted(ca, join(folder, 'ours', 'ca.key')),
    issueExpired(ca, join(folder, 'ours', 'ca.key')),
  ]);
  app = await createWebhookApp(
    {
      alertmanager: { clientCertificate: 'alertmanager.example.com' },
      datadog: { bearerToken: secret.literal('token') },
      own: {},
    },
    (alert) => received.push(alert),
  );
  await app.ready();
  copyFileSync(server.certificate, join(folder, 'cert.pem'));
  copyFileSync(server.key, join(folder, 'key.pem'));
  copyFileSync(ca, authorityFile());
  close = await listenForSenders({
    senders: {
      ...{ host: '127.0.0.1', port: 0, clientCaFile: authorityFile() },
      ...{ certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') },
    },
    ...{ app, log, everyMs: 50 },
  });
  port = (lines.find(({ facts }) => 'address' in facts)!.facts['address'] as { port: number }).port;
});
afterAll(async () => {
  await close();
  await app.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  received = [];
  lines.length = 0;
});

const alert = {
  ...{ status: 'firing', labels: { alertname: 'A' }, startsAt: '2026-11-21T02:47:00Z', fingerprint: 'f' },
};
interface Answer {
  readonly status: number;
  readonly body: { readonly code?: string; readonly message?: string };
  /** The serial number of the certificate that the gateway showed. */
  readonly serial: string;
}
const send = (files: KeyPairFiles | undefined, path = '/webhooks/alertmanager', headers = {}) =>
  new Promise<Answer>((resolve, reject) => {
    const read = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file));
    const asked = request(
      {
        ...{ host: '127.0.0.1', port, path, method: 'POST', servername: 'localhost', agent: false },
        ...{ ca: readFileSync(ca), cert: read(files?.certificate), key: read(files?.key) },
        headers: { 'content-type': 'application/json', ...headers },
      },
      (response) => {
        const { socket } = response as unknown as { socket: TLSSocket };
        const serial = socket.getPeerCertificate().serialNumber;
        text(response).then(
          (body) =>
            resolve({ status: response.statusCode!, body: JSON.parse(body) as Answer['body'], serial }),
          reject,
        );
      },
    );
    asked.on('error', reject);
    asked.end(JSON.stringify({ version: '4', alerts: [alert] }));
  });

test('a certificate of the name that the source asks for is enough', async () => {
  expect((await send(good)).status).toBe(202);
  expect(received).toMatchObject([{ name: 'A', authenticated: true }]);
});

test('files that are no certificates stop the start, with the field', async () => {
  const senders = {
    ...{ host: '127.0.0.1', port: 0, clientCaFile: ca },
    ...{ certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'none.pem') },
  };
  await expect(listenForSenders({ senders, app, log })).rejects.toThrow(
    /nothing was started\.\n {2}gateway\.senders: keyFile: ENOENT[^]*none\.pem/,
  );
  const [empty, garbage, broken] = ['empty.pem', 'garbage.pem', 'broken.pem'].map((name) =>
    join(folder, name),
  );
  writeFileSync(empty!, '');
  writeFileSync(garbage!, 'garbage');
  writeFileSync(
    broken!,
    `${readFileSync(ca, 'utf8')}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
  );
  const usable = { ...senders, keyFile: join(folder, 'key.pem') };
  for (const [change, why] of [
    [{ keyFile: ca }, /gateway\.senders: keyFile: there is no private key without a passphrase in it/],
    [{ certFile: usable.keyFile }, /gateway\.senders: certFile: there is no certificate in it; write PEM/],
    [{ clientCaFile: empty! }, /gateway\.senders: clientCaFile: there is no certificate in it; write PEM/],
    [{ clientCaFile: garbage! }, /gateway\.senders: clientCaFile: there is no certificate in it; write PEM/],
    [{ clientCaFile: broken! }, /gateway\.senders: clientCaFile: certificate 2 of 2 in it cannot be read/],
    [{ keyFile: other!.key }, /gateway\.senders: the files are no certificate, its key and an authority: /],
  ] as const)
    await expect(listenForSenders({ senders: { ...usable, ...change }, app, log })).rejects.toThrow(why);
});

test('another name, another authority, a crafted name, an expired one, none at all: refused in words, and nothing is received', async () => {
  expect(new X509Certificate(readFileSync(crafted!.certificate)).subjectAltName).toMatch(/^URI:"http:/);
  for (const [files, why] of [
    [
      other,
      /the certificate is of other, and alertSources\.alertmanager asks for "alertmanager\.example\.com"/,
    ],
    [crafted, /the certificate is of x, and/],
    [stranger, /the authority of gateway\.senders does not vouch for this certificate/],
    [expired, /does not vouch for this certificate \(CERT_HAS_EXPIRED\)/],
    [undefined, /asks for a client certificate, and none was shown/],
  ] as const) {
    const { status, body } = await send(files);
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'bad-certificate' });
    expect(body.message).toMatch(why);
  }
  expect(received).toEqual([]);
  expect(lines.filter(({ message }) => message === 'a sender was refused')).toMatchObject([
    { facts: { from: '127.0.0.1', why: expect.stringContaining('does not vouch') } },
    { facts: { why: expect.stringContaining('CERT_HAS_EXPIRED') } },
    { facts: { why: expect.stringContaining('none was shown') } },
  ]);
});

test('a certificate alone is no bearer token, and only alerts are taken there', async () => {
  expect((await send(good, '/webhooks/datadog')).body.code).toBe('bad-token');
  expect((await send(good, '/api/runs')).status).toBe(404);
});

test('without TLS nothing shows a certificate, whatever its headers say', async () => {
  const { statusCode } = await app.inject({
    ...{ method: 'POST', url: '/webhooks/alertmanager' },
    headers: { 'content-type': 'application/json', 'x-client-cert': 'alertmanager.example.com' },
    payload: JSON.stringify({ version: '4', alerts: [alert] }),
  });
  expect(statusCode).toBe(401);
});

test('a renewed certificate is shown without a restart', async () => {
  const serialOf = ({ certificate }: KeyPairFiles) =>
    new X509Certificate(readFileSync(certificate)).serialNumber;
  expect((await send(good)).serial).toBe(serialOf(server!));
  await renew(renewed!);
  expect((await send(good)).serial).toBe(serialOf(renewed!));
  await renew(server!);
});

test('files that become unusable count for nothing: those that were read last do', async () => {
  for (const content of ['', 'garbage']) {
    lines.length = 0;
    writeFileSync(authorityFile(), content);
    const unusable = await until(
      async () => lines.find(({ message }) => message.startsWith('the certificates are not usable')),
      async () => JSON.stringify(lines),
    );
    expect(String(unusable.facts['err'])).toContain('clientCaFile: there is no certificate in it');
    expect((await send(good)).status).toBe(202);
    expect((await send(stranger)).status).toBe(401);
  }
  copyFileSync(ca, authorityFile());
});

/** What becomes of a second handshake on a connection of TLS 1.2 that has got an answer. */
const secondHandshake = () =>
  new Promise<'taken' | 'refused'>((resolve, reject) => {
    const socket = connect({
      ...{ host: '127.0.0.1', port, servername: 'localhost', maxVersion: 'TLSv1.2' },
      ...{ ca: readFileSync(ca), cert: readFileSync(good!.certificate), key: readFileSync(good!.key) },
    });
    socket.once('error', reject);
    socket.once('secureConnect', () =>
      socket.write('GET /webhooks/alertmanager HTTP/1.1\r\nhost: localhost\r\n\r\n'),
    );
    socket.once('data', () => {
      const end = (what: 'taken' | 'refused') => {
        socket.destroy();
        resolve(what);
      };
      socket.off('error', reject).on('error', () => end('refused'));
      socket.once('close', () => end('refused'));
      socket.renegotiate({ rejectUnauthorized: false }, (error) => end(error ? 'refused' : 'taken'));
    });
  });

test('whoever was vouched for cannot become somebody else by a second handshake', async () => {
  expect(await secondHandshake()).toBe('refused');
  await renew(renewed!);
  expect(await secondHandshake()).toBe('refused');
  await renew(server!);
});

test('a connection on which any handshake failed shows nobody', () => {
  const shown = {
    authorized: true,
    getPeerCertificate: () => ({ subject: { CN: 'alertmanager.example.com' } }),
  };
  const connection = (authorizationError: unknown) =>
    Object.assign(Object.create(TLSSocket.prototype) as TLSSocket, shown, { authorizationError });
  expect(certificateNames(connection(null))).toEqual(['alertmanager.example.com']);
  expect(certificateNames(connection('DEPTH_ZERO_SELF_SIGNED_CERT'))).toBeUndefined();
});

test('a source that asks for a certificate needs the port for it', () => {
  const least = { deployment: 'test', stateDir: 'state', database: { url: secret.env('DATABASE_URL') } };
  const alertSources = { alertmanager: { clientCertificate: 'alertmanager.example.com' } };
  expect(() => parseConfig({ ...least, alertSources })).toThrow(
    /alertSources\.alertmanager\.clientCertificate: needs gateway\.senders/,
  );
  const senders = { port: 7443, certFile: 'a.pem', keyFile: 'b.pem', clientCaFile: 'c.pem' };
  const parsed = parseConfig(
    { ...least, alertSources, gateway: { senders } },
    { baseDir: '/etc/nightshift' },
  );
  expect(parsed.gateway.senders).toMatchObject({ clientCaFile: '/etc/nightshift/c.pem', host: '127.0.0.1' });
});
